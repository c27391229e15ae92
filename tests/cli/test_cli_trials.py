"""runlog plan: what would tell more, and making a plan."""

import csv
import io
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

import runlog
from runlog.model import Entry

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day(ahead):
    return (datetime.now(UTC) + timedelta(days=ahead)).date()


def log(home, when, **values):
    with runlog.open(home) as journal:
        journal.log(Entry(when, 0, **values))


@pytest.mark.usefixtures("calm")
def test_without_a_word_it_says_what_would_tell_more(run, rows):
    text = run("plan").stdout
    assert text.startswith("Trials that would tell you more about your upper back")
    assert "1. Warm-up: runlog plan warmup" in text
    assert "runlog assumes" in text
    assert run("plan", "ideas").stdout == text
    ideas = rows("plan")
    assert {idea["factor"] for idea in ideas} == {"warmup", "cooldown", "strength"}
    assert all(idea["runs"] == 2 * idea["pairs"] and idea["low"] is None for idea in ideas)
    assert rows("plan", "--effect", "2", "--area", "neck")[0]["runs"] < ideas[0]["runs"]
    assert run("plan", "--csv").stdout.startswith("factor,label,first")


def test_without_ratings_it_says_what_to_do(run, home):
    assert "runlog log 3" in run("plan").stderr
    assert run("plan", "list").stderr.startswith("No trials yet")
    assert "No ratings yet" in run("plan", "warmup", "--days", "mon", code=1).stderr
    assert not (home / "plan.csv").exists()


@pytest.mark.usefixtures("calm")
def test_a_factor_makes_a_plan_and_its_files(run, rows, tmp_path):
    out, ics = tmp_path / "plan.csv", tmp_path / "plan.ics"
    words = ["warmup", "--pairs", 6, "--days", "mon,Wednesday,SAT", "--seed", 1, "--out", out, "--ics", ics]
    printed = run("plan", *words).stdout
    assert printed.startswith("Trial 1: a warm-up or no warm-up, 12 runs in pairs")
    assert "Keep these runs easy" in printed
    runs = rows("plan", "show", "1")
    assert [one["state"] for one in runs] == ["to come"] * 12
    assert {datetime.fromisoformat(one["day"]).weekday() for one in runs} == {0, 2, 5}
    assert {one["way"] for one in runs} == {None}, "each is shown on its day"
    assert "shown on its day" in run("plan", "show", "1").stdout
    assert rows("plan", "list")[0]["next_way"] is None
    table = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [(row["day"], row["way"]) for row in table] == [(one["day"], "") for one in runs]
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert [event.decoded("dtstart").isoformat() for event in events] == [one["day"] for one in runs]
    again = tmp_path / "again.csv"
    run("plan", "show", "1", "--out", again)
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.usefixtures("calm")
def test_the_same_seed_draws_the_same_lots(run, rows, home):
    def ways(plan):
        with runlog.open(home) as journal:
            return [one.first for one in journal.plans.get(plan).runs]

    for _ in range(2):
        run("plan", "make", "cooldown", "--pairs", 8, "--days", "tue,fri", "--seed", 5)
        run("plan", "cancel", len(rows("plan", "list")))
    run("plan", "cooldown", "--pairs", 8, "--days", "tue,fri", "--seed", 6)
    assert ways(1) == ways(2) != ways(3)


@pytest.mark.usefixtures("calm")
def test_making_and_cancelling_a_plan_are_undone_like_every_change(run, rows):
    run("plan", "make", "cooldown", "--pairs", 6, "--days", "tue,fri")
    run("plan", "cancel", 1)
    run("undo")
    assert [one["state"] for one in rows("plan", "list")] == ["under way"]
    run("undo")
    assert rows("plan", "list") == []
    run("undo", "--redo")
    assert [one["state"] for one in rows("plan", "list")] == ["under way"]


@pytest.mark.usefixtures("calm")
def test_one_plan_at_a_time(run, rows):
    run("plan", "--pairs", 6, "warmup", "--days", "mon,thu")
    refused = run("plan", "cooldown", "--days", "tue", code=1).stderr
    assert "trial 1 (warmup) runs until" in refused
    end = datetime.fromisoformat(rows("plan", "list")[0]["end"]).date()
    run("plan", "cooldown", "--days", "tue", "--start", end + timedelta(days=1))
    assert [(one["id"], one["state"]) for one in rows("plan", "list")] == [(1, "under way"), (2, "under way")]
    assert "Under way:" in run("plan").stdout
    assert "Cancelled trial 1" in run("plan", "cancel", 1).stdout
    assert "was already cancelled" in run("plan", "cancel", 1, code=1).stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("acute_load",), 1, "acute_load cannot be tested in a trial"),
        (("wormup",), 2, "did you mean warmup"),
        (("reslt", "1"), 2, "Did you mean result?"),
        (("warmup", "--days", "someday"), 2, "mon,wed,sat"),
        (("warmup", "--pairs", "3"), 2, "6<=x<=40"),
        (("warmup", "--effect", "nan"), 2, "isn't between"),
        (("warmup", "--start", "2020-01-01", "--days", "mon"), 1, "has passed"),
        (("warmup",), 1, "--days"),
        (("shoes", "--days", "mon"), 1, "two pairs"),
        (("route", "--days", "mon"), 1, "record them with GPS"),
        (("show", "7"), 1, "no trial 7"),
        (("result", "x"), 2, "not a valid integer"),
        (("warmup", "--days", "mon", "--out", "/dev/null/plan.csv"), 1, "cannot be written"),
    ],
)
@pytest.mark.usefixtures("calm")
def test_what_cannot_be_is_said(run, words, code, says):
    assert says in run("plan", *words, code=code).stderr


@pytest.mark.usefixtures("calm")
def test_the_sore_are_sent_to_a_clinician_instead(run, home):
    log(home, datetime.now(UTC).replace(microsecond=0), soreness=8.0, area="knee")
    refused = run("plan", "warmup", "--days", "mon", code=1).stderr
    assert "8 of 10" in refused
    assert "doctor or physiotherapist" in refused
    assert "do not start a trial" in run("plan").stdout
    assert "Trial 1" in run("plan", "warmup", "--days", "mon", "--cleared").stdout


@pytest.mark.usefixtures("calm")
def test_more_days_than_usual_are_warned_of(run, ran):
    for ago in (3, 10, 17):
        ran(timedelta(days=ago))
    usual = run("plan", "warmup", "--pairs", 6, "--cleared")
    assert usual.stderr == ""
    run("plan", "cancel", 1)
    many = run("plan", "warmup", "--pairs", 6, "--cleared", "--days", ",".join(WEEKDAYS))
    assert "Do not run more just for it" in many.stderr


@pytest.mark.usefixtures("calm")
def test_the_shell_is_offered_factors_and_plans(offered, run):
    run("plan", "warmup", "--pairs", 6, "--days", "mon,thu")

    assert set(offered("plan", "s")) == {"show", "shoes", "strength"}
    assert offered("plan", "make", "co") == ["cooldown"]
    assert offered("plan", "warmup", "--ic") == ["--ics"]
    assert offered("plan", "result", "1") == ["1"]
