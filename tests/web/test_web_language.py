"""On German pages every refusal is in German: those of forms, files, settings, the store and the services."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile

import pytest

import runlog

#: Words that English has and German has not.
ENGLISH = re.compile(
    r"\b(?:the|is|are|not|no|there|with|and|of|to|it|its|this|which|must|cannot|already|from|than|that)\b",
    re.IGNORECASE,
)
#: What is typed and named: commands, values, file names.
NO_WORDS = re.compile(
    r"<code>.*?</code>|<script.*?</script>|'[^']*'|runlog [a-z]+(?: [a-z]+)*|--[a-z-]+", re.DOTALL
)


@pytest.fixture
def home(small_home):
    (small_home / "config.toml").write_text('language = "de"\n')
    with runlog.open(small_home) as journal:
        journal.shoes.add(runlog.model.Shoe("Glide", from_date=None))
    return small_home


def english(page):
    """The English words of a page."""
    text = NO_WORDS.sub(" ", html.unescape(page.partition("<main")[2]))
    return ENGLISH.findall(re.sub(r"<[^>]*>", " ", text))


def test_english_is_found():
    assert english("<main><p>there is no run 7; <code>the</code></p>") == ["there", "is", "no"]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/runs/99", None, 404),
        ("/day/2026-13-40", None, 404),
        ("/entries/99", None, 404),
        ("/links/nothing", None, 404),
        ("/trials/99", None, 404),
        ("/nothing", None, 404),
        ("/rate", {"key": "k" * 20}, 400),
        ("/rate", {"key": "k" * 20, "soreness": "11"}, 400),
        ("/rate", {"key": "k" * 20, "soreness": "3", "shoe": "x" * 300}, 400),
        ("/rate", {"key": "?"}, 400),
        ("/rate", {"key": "k" * 20, "soreness": "3", "run": "99"}, 404),
        ("/runs/1/shoe", {"shoe": "Nobody’s"}, 404),
        ("/runs/1/name", {"name": "x" * 201}, 400),
        ("/runs/1/sport", {"sport": "???"}, 400),
        ("/runs/1/split", {}, 400),
        ("/runs/1/merge", {}, 400),
        ("/runs/1/merge", {"other": "99"}, 404),
        ("/runs/99/delete", {}, 404),
        ("/runs/99/restore", {}, 404),
        ("/shoes", {"name": ""}, 400),
        ("/shoes", {"name": "glide"}, 400),
        ("/shoes", {"name": "New", "from": "soon"}, 400),
        ("/shoes/edit", {"name": "Glide", "do": "resume"}, 400),
        ("/shoes/edit", {"name": "Nobody’s"}, 404),
        ("/routes/9/name", {"name": "x"}, 404),
        ("/routes/9/join", {"other": "8"}, 404),
        ("/routes/9/join", {}, 400),
        ("/routes/9/unjoin", {}, 404),
        ("/routes/9/split", {}, 400),
        ("/routes/9/split", {"run": "1"}, 400),
        ("/routes/9", None, 404),
        ("/shoes/rules", {"shoe": "Glide"}, 400),
        ("/shoes/rules", {"shoe": "Nobody’s", "surface": "road"}, 404),
        ("/shoes/rules", {"shoe": "Glide", "min": "9", "max": "2"}, 400),
        ("/shoes/rules", {"shoe": "Glide", "first": "2"}, 400),
        ("/shoes/rules", {"rule": "7", "do": "remove"}, 404),
        ("/shoes/edit", {"name": "Glide", "other": "Glide", "do": "join"}, 400),
        ("/shoes/edit", {"name": "Glide", "do": "separate"}, 400),
        ("/shoes/edit", {"name": "Nobody’s", "do": "delete"}, 404),
        ("/undo-last", {"changed": "x"}, 400),
        ("/trials", {"factor": "sleep"}, 404),
        ("/trials/9/cancel", {}, 404),
        ("/alerts", {"alert": "99"}, 404),
        ("/settings", {"hr_max": "900"}, 400),
        ("/settings", {"language": "la"}, 400),
        ("/devices/revoke", {"device": "nobody"}, 404),
        ("/sync", {"key": "k" * 20}, 400),
        ("/add", {}, 400),
    ],
)
def test_a_refusal_is_in_german(pages, path, data, status):
    answer = pages.get(path) if data is None else pages.post(path, data)
    assert answer.status_code == status
    assert '<html lang="de">' in answer.text
    assert english(answer.text) == []


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


FILES = {
    "diary.csv": b"date,soreness,area,rpe\n2026-11-10,4,nowhere,hard\n2026-99-10,5,,3\n2026-11-12,x,neck,\n",
    "headings.csv": b"a,b,c\n1,2,3\n",
    "empty.csv": b"",
    "cut.fit": b"\x0e\x10xx\xff\x00\x00\x00.FIT",
    "broken.gpx": b"<gpx><trk><trkseg><trkpt",
    "route.gpx": b'<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>',
    "entity.gpx": b'<!DOCTYPE x [<!ENTITY a "b">]><gpx></gpx>',
    "course.tcx": b"<TrainingCenterDatabase><Courses/></TrainingCenterDatabase>",
    "page.html": b"<html><body>hello</body></html>",
    "picture.jpg": b"\xff\xd8\xff\xe0",
    "notes.txt": b"just a text",
    "broken.zip": b"PK\x03\x04 nothing",
    "inner.zip": zipped(broken_gpx="<gpx", odd_json="{"),
    "shoes.csv": b"name,from\nA,2026-01-01\nA,2026-02-02\n,x\n",
    "runs.csv": b"date,distance,duration\n2026-11-01,far,1:00:00\n2026-11-02,10,\n2027-11-02,10,1:00:00\n",
    "summarizedActivities.json": b'[{"summarizedActivitiesExport": [1, {"activityId": "x"}]}]',
}


def test_what_is_said_of_files_is_in_german(pages):
    data = {"files": [(io.BytesIO(content), name) for name, content in FILES.items()]}
    answer = pages.post("/add", data, content_type="multipart/form-data")
    for _ in range(600):
        page = pages.text(answer.headers["Location"])
        if "http-equiv" not in page:
            break
        time.sleep(0.05)
    listed = page.partition("<h2>Nicht oder nicht ganz gelesen")[2]
    assert len(re.findall(r'class="source"', listed)) >= len(FILES) - 3
    assert english(re.sub(r"<strong>.*?</strong>", " ", f"<main{listed}")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        'hr_max = "fast"',
        "hr_max = 900",
        "week_start = 3",
        "notify = 1",
        "nothing = 1",
        "units = [1]",
        "hr_max = =",
    ],
)
def test_what_is_wrong_in_the_settings_is_in_german(pages, home, wrong):
    (home / "config.toml").write_text(f'language = "de"\n{wrong}\n')
    assert 'class="problem"' in (page := pages.text("/settings"))
    assert english(page) == []
