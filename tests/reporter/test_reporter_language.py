"""The report, charts, alerts and messages in another language than English, without a word of it left."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import catalogues
import pytest

from runlog import units
from runlog.analysis import periods
from runlog.i18n import month_names, use_language
from runlog.reporter import render
from runlog.reporter.alerts import alerts
from runlog.reporter.archive import write_archive
from runlog.reporter.charts import CHARTS, chart, style
from runlog.reporter.season import build_season

#: Texts with at least so many letters in a row, outside of their places, are looked for.
TELLING = 12
#: German has a point after the day of the month.
ENGLISH_DAY = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(month_names())})\b")
#: What of JSON is for programs.
KEYS = re.compile(r'"(?:load_unit|grade)": "[^"]*"')


@pytest.fixture(scope="module")
def german(sample_history):
    return replace(sample_history, settings=replace(sample_history.settings, language="de"))


@pytest.fixture(scope="module")
def english():
    """What only English says: the longest part of each text that is not a place."""
    parts = {}
    for message in catalogues.read("de"):
        for text in catalogues.forms(message) if message.id else ():
            longest = max(re.split(r"\{\w*\}", text), key=len).strip()
            if len(longest) >= TELLING and longest not in str(message.string):
                parts[longest] = text
    return parts


def _left_over(said, english):
    return [text for part, text in english.items() if part in said] + ENGLISH_DAY.findall(said)


def test_english_is_looked_for(sample_page, english):
    assert len(_left_over(sample_page("2026-W46"), english)) > 50


@pytest.mark.parametrize("name", ["2026-W22", "2026-W46"])
def test_a_week_says_no_word_of_english(sample_week, sample_page, english, name):
    facts = sample_week(name, "de")
    texts = {form: render.render(facts, form).decode() for form in ("md", "json")}
    for form, text in (texts | {"html": sample_page(name, "de")}).items():
        said = KEYS.sub("", text)
        assert _left_over(said, english) == []
        assert "Beschwerden" in said
        assert form != "html" or '<html lang="de">' in said


def test_a_season_says_no_word_of_english(german, english):
    facts = build_season(german, "2026-06")
    for form in ("html", "md", "json"):
        said = render.render(facts, form).decode()
        assert _left_over(said, english) == []
        assert "Beschwerden" in said


@pytest.mark.usefixtures("without_charts")
def test_the_index_of_an_archive_says_no_word_of_english(german, english, tmp_path):
    first = german.runs["day"].min() + timedelta(days=20)
    written = write_archive(periods.history_as_of(german, first.tz_localize("UTC")), tmp_path)
    said = written.index.read_text(encoding="utf-8")
    assert _left_over(said, english) == []
    assert "18.–24. Mai 2026" in said


def test_the_keys_and_grades_of_json_stay(sample_week):
    weeks = (sample_week("2026-W46", language) for language in ("de", "en"))
    here, there = (json.loads(render.render(week, "json")) for week in weeks)
    assert _keys(here) == _keys(there)
    assert [one["grade"] for one in here["findings"]] == [one["grade"] for one in there["findings"]]


def test_a_mail_speaks_the_language_in_all_its_parts(sample_week, english):
    mail = render.render_mail(sample_week("2026-W46", "de"), datetime(2026, 11, 16, tzinfo=UTC))
    parsed = message_from_bytes(mail, policy=policy.default)
    texts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    assert len(texts) == 2
    for text in (parsed["Subject"], *texts):
        assert _left_over(" ".join(text.split()), english) == []


@pytest.mark.parametrize("name", [chart.name for chart in CHARTS])
def test_a_chart_speaks_the_language_also_when_it_is_drawn_later(german, english, name):
    figure = chart(name, german, factor="run_spike" if name == "exposure" else None)
    drawn = style.encode_figure(figure, "svg").decode()
    said = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))
    assert _left_over(said, english) == []
    assert re.findall(r"\d\.\d(?!\d\d)", said) == []


def test_alerts_speak_the_language(german, english, sample_history):
    here, there = (alerts(of, datetime(2026, 11, 15, 21, tzinfo=UTC)) for of in (german, sample_history))
    assert [one.id for one in here] == [one.id for one in there]
    for one in here:
        assert _left_over(f"{one.message} {one.why} {one.todo}", english) == []


def test_what_a_history_noted_is_said_in_the_language_spoken(german):
    assert german.load_note.startswith("For 12 of 90 runs without an effort rating")
    with use_language("de"):
        assert german.load_note.startswith("Bei 12 von 90 Läufen fehlt die Anstrengung")


def test_numbers_and_days_in_german():
    day, other = date(2026, 11, 15), date(2026, 12, 6)
    with use_language("de"):
        assert units.number(-1234.56, signed=True) == "−1.234,6"
        assert units.percent(0.784) == "78\N{NO-BREAK SPACE}%"
        assert units.distance(12_440) == "12,4 km"
        assert units.load(15.5, "session-RPE points") == "15,5 Session-RPE-Punkte"
        assert units.pace(3000, 10_000) == "5:00 min/km"
        assert units.day(day, year=True) == "So 15. Nov 2026"
        assert units.days(date(2026, 11, 9), day) == "9.–15. Nov 2026"
        assert units.days(day, other) == "15. Nov – 6. Dez 2026"
        assert (units.weekday(other), units.month(other)) == ("So", "Dez")
        assert units.capital(units.area("upper_back")) == "Oberer Rücken"
    assert units.number(1234.5) == "1,234.5"


def _keys(facts):
    if isinstance(facts, dict):
        return {key: _keys(value) for key, value in facts.items()}
    return [_keys(value) for value in facts] if isinstance(facts, list) else None
