// Improves pages that work without it: the body figure, what was typed, sending again, the reading on charts.
"use strict";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// --- the body figure: a tap on an area ticks its box -------------------------------------------------------

for (const where of all("details.where")) {
  const boxes = all('input[name="area"]', where);
  const chosen = find("[data-areas]", where);
  const figure = find(".figure", where);
  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    chosen.textContent = ticked.map((box) => box.parentElement.textContent.trim()).join(", ") || "–";
    for (const shape of all("[data-area]", figure)) {
      shape.classList.toggle("on", ticked.some((box) => box.value === shape.dataset.area));
    }
  };
  figure.hidden = false;
  figure.addEventListener("click", (event) => {
    const area = event.target.closest("[data-area]");
    const box = area && boxes.find((one) => one.value === area.dataset.area);
    if (box) {
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  where.addEventListener("change", show);
  show();
}

// --- what was typed stays in the browser until it is stored ------------------------------------------------

const fields = (form) => all("input, select, textarea", form).filter((one) => one.name && one.type !== "file");

function keep(form, sent = false) {
  const values = fields(form).map((one) => [one.name, one.value, one.checked]);
  localStorage.setItem(`runlog ${form.dataset.keep}`, JSON.stringify({ at: Date.now(), sent, values }));
}

function restore(form) {
  const kept = JSON.parse(localStorage.getItem(`runlog ${form.dataset.keep}`) || "null");
  if (!kept || Date.now() - kept.at > 86400000) return;
  for (const one of fields(form)) {
    const choice = one.type === "radio" || one.type === "checkbox";
    const found = kept.values.find(([name, value]) => name === one.name && (!choice || value === one.value));
    if (!found || (one.name === "key" && !kept.sent)) continue;
    if (choice) one.checked = found[2];
    else one.value = found[1]; // the key, too, of what was on its way: it is recognised
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  for (const where of all("details.where", form)) where.dispatchEvent(new Event("change"));
}

// A page that the back button brings out of the browser's memory may be of another state: ask for it anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// --- a form is sent once, and again where the connection was lost ------------------------------------------

const WAIT_MS = 4000;

async function send(form, notice) {
  const button = find("button.save", form);
  button.disabled = true;
  const body = new URLSearchParams(new FormData(form));
  for (;;) {
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "follow" });
      if (answer.ok) localStorage.removeItem(`runlog ${form.dataset.keep}`);
      if (answer.ok && answer.redirected) {
        location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const said = find(".problem", page) || find("h1", page);
      notice.textContent = said ? said.textContent : String(answer.status);
      notice.hidden = false;
      button.disabled = false;
      notice.scrollIntoView({ block: "center" });
      return;
    } catch {
      notice.textContent = form.dataset.lost;
      notice.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

for (const form of all("form[data-keep]")) {
  const notice = document.createElement("p");
  notice.className = "problem";
  notice.setAttribute("role", "alert");
  notice.hidden = true;
  find("button.save", form).before(notice);
  restore(form);
  form.addEventListener("change", () => keep(form));
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(form, true);
    send(form, notice);
  });
}

// --- the reading on a run's charts: under the finger, the mouse or the arrow keys --------------------------

for (const streams of all(".streams")) {
  fetch(streams.dataset.places)
    .then((answer) => answer.json())
    .then((data) => readAlong(streams, data))
    .catch(() => {});
}

function readAlong(streams, data) {
  const last = data.places.length - 1;
  const spot = find(".map .spot");
  const place = find("[data-place]", streams);
  let at = 0;
  const show = (to) => {
    at = Math.max(0, Math.min(last, to));
    const words = [data.places[at]];
    place.textContent = data.places[at];
    for (const value of all("[data-line]", streams)) {
      value.textContent = data.lines[value.dataset.line][at];
      words.push(`${value.closest("figcaption").firstElementChild.textContent} ${value.textContent}`);
    }
    for (const cursor of all(".cursor", streams)) {
      cursor.setAttribute("x1", (600 * at) / last);
      cursor.setAttribute("x2", (600 * at) / last);
      cursor.setAttribute("visibility", "visible");
    }
    const seen = spot && data.spots[at];
    if (spot) spot.setAttribute("visibility", seen ? "visible" : "hidden");
    if (seen) {
      spot.setAttribute("cx", seen[0]);
      spot.setAttribute("cy", seen[1]);
    }
    streams.setAttribute("aria-valuenow", at);
    streams.setAttribute("aria-valuetext", words.join(", "));
  };
  streams.tabIndex = 0;
  place.hidden = false;
  for (const [name, value] of [["role", "slider"], ["aria-label", streams.dataset.label], ["aria-valuemin", 0],
    ["aria-valuemax", last], ["aria-valuenow", 0], ["aria-valuetext", data.places[0]]]) {
    streams.setAttribute(name, value);
  }
  streams.addEventListener("pointermove", (event) => {
    const box = find("svg", streams).getBoundingClientRect();
    show(Math.round((last * (event.clientX - box.left)) / box.width));
  });
  streams.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12 };
    const to = event.key === "Home" ? 0 : event.key === "End" ? last : at + (steps[event.key] || 0);
    if (to === at && !(event.key in steps)) return;
    event.preventDefault();
    show(to);
  });
}

// --- the timer of a guided warm-up or cool-down: it needs no network until it is done ----------------------

for (const form of all("form.guided")) {
  const start = find(".start", form);
  const finish = find(".finish", form);
  const moves = all(".moves li", form);
  start.hidden = false;
  finish.hidden = true;
  start.addEventListener("click", () => {
    const begun = Date.now();
    start.hidden = true;
    finish.hidden = false;
    let before = -1;
    const tick = () => {
      const gone = (Date.now() - begun) / 1000;
      find('[name="seconds"]', form).value = Math.round(gone);
      let until = 0;
      let present = moves.length;
      moves.forEach((move, place) => {
        const from = until;
        until += Number(move.dataset.seconds);
        const isPresent = gone >= from && gone < until;
        if (isPresent) {
          present = place;
          find("[data-left]", move).textContent = `${Math.ceil(until - gone)} s`;
        }
        move.classList.toggle("present", isPresent);
        move.classList.toggle("past", gone >= until);
      });
      if (present !== before) {
        before = present;
        if (navigator.vibrate) navigator.vibrate(150);
        if (moves[present]) moves[present].scrollIntoView({ block: "center", behavior: "smooth" });
      }
      if (present < moves.length) setTimeout(tick, 250);
      else form.requestSubmit(finish);
    };
    tick();
  });
}

// --- uploads: dropped files, folders, and how much has been sent -------------------------------------------

for (const form of all("form.upload")) {
  const bar = find("progress", form);
  const files = find('input[name="files"]', form);
  const folder = find(".folder", form);
  folder.hidden = !("webkitdirectory" in files);
  const drop = find(".drop", form);
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(name, () => drop.classList.toggle("over", over));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const button = find("button.save", form);
    button.disabled = true;
    bar.hidden = false;
    request.upload.addEventListener("progress", (part) => {
      bar.value = part.lengthComputable ? (100 * part.loaded) / part.total : 0;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else document.body.innerHTML = new DOMParser().parseFromString(request.responseText, "text/html").body.innerHTML;
    });
    request.addEventListener("error", () => {
      button.disabled = false;
      button.before(Object.assign(document.createElement("p"), { className: "problem", textContent: form.dataset.lost }));
    });
    request.open("POST", form.action || location.href);
    request.send(new FormData(form));
  });
}
