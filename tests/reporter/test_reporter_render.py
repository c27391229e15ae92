"""The report as Markdown, JSON, e-mail and PDF: the same facts, and nothing typed becomes more than text."""

from __future__ import annotations

import email
import json
import re
import sys
from dataclasses import replace
from datetime import date
from email.policy import default
from html import unescape
from importlib.resources import files

import jsonschema
import pytest
from markdown_it import MarkdownIt

from runlog.errors import BadInput, MissingExtra
from runlog.model import Area, Plan, PlannedRun
from runlog.reporter import render
from runlog.reporter.render import as_html, as_text, week_content
from runlog.reporter.render.content import BulletList, Heading, ListItem, Paragraph, Table
from runlog.reporter.season import build_season as season_facts
from runlog.reporter.weekly import build_week

HOSTILE = (
    "</td><script>alert(1)</script> [x](http://evil.example) ![y](//z) | `c` *b* www.evil.example\n# h \u202e"
)
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
def facts(season_week):
    return season_week


@pytest.fixture
def hostile(season, at):
    made = season(weeks=8)
    made.shoe(HOSTILE)
    made.run(50, 9, shoe=HOSTILE, loop=1, name=HOSTILE).rate(50, 8)
    return build_week(made.history(), now=at(56))


@pytest.fixture(scope="module")
def sample(sample_week):
    return sample_week("2026-W30")


@pytest.fixture
def planned(diary, at):
    days = tuple(PlannedRun(date(2026, 3, 2 + 2 * n), n % 2 == 0) for n in range(12))
    names = {"made": at(-1), "first": "a warm-up", "second": "no warm-up"}
    plan = Plan(1, "warmup", Area.UPPER_BACK, effect=1.0, seed=1, runs=days, **names)
    for run in range(5):
        diary.run(2 * run, warmup=days[run].first).rate(2 * run, 3)
    return build_week(replace(diary.history(), plans=(plan,)), "2026-W11", now=at(9))


def tokens(text):
    def walk(some):
        for token in some:
            yield token
            yield from walk(token.children or ())

    return list(walk(READER.parse(text)))


def read(message):
    return email.message_from_bytes(message, policy=default)


def test_the_markdown_says_what_the_page_says(facts):
    text = render.render(facts, "md").decode()
    assert text.startswith(f"# {facts.headline}\n")
    for finding in facts.findings:
        if finding.has_own_place:
            assert finding.label in text
            assert as_text.escape_markdown(finding.sentence) in text
    for action in facts.glance.actions:
        assert as_text.escape_markdown(action.text) in text
        assert as_text.escape_markdown(action.tip.how) in text
    assert "from 91 ratings." in text
    assert "| Distance " in text
    assert "Pegasus 41" in text
    assert all(gap.command in text for gap in facts.missing)
    kinds = {token.type for token in tokens(text)}
    assert {"heading_open", "table_open", "bullet_list_open", "strong_open"} <= kinds


#: What only a page needs: where it leads, how its drawings are read, and what it writes beside its numbers.
ONLY_ON_A_PAGE = re.compile(r"<!doctype html>|[+−]?\d+(\.\d+)?|\+\d.*|\d+ / \d+")


@pytest.mark.parametrize("which", ["facts", "sample", "hostile", "planned"])
def test_markdown_and_mail_say_all_that_the_page_says(which, request, at):
    week = request.getfixturevalue(which)
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", render.render_page(week), flags=re.DOTALL)
    said = {
        " ".join(unescape(text).split())
        for text in re.sub(r"<title>.*?</title>|</?[a-z][^>]*>", "\0", page).split("\0")
    }
    mail = read(render.render_mail(week, at(200)))
    plain = as_text.render_plain(week_content.build_document(week).simple_blocks())
    html = re.sub(r"<[^>]*>", " ", mail.get_body(("html",)).get_content())
    markdown = "".join(
        token.content if token.type != "softbreak" else " "
        for token in tokens(render.render(week, "md").decode())
        if token.type in ("text", "text_special", "code_inline", "softbreak")
    )
    for text in (plain, unescape(html), markdown):
        spoken = " ".join(text.split())
        assert [
            part for part in sorted(said) if part not in spoken and not ONLY_ON_A_PAGE.fullmatch(part)
        ] == []


def test_markdown_says_what_only_the_page_said_once(facts, sample, planned):
    """The whole diary's value, links without a sign, the days, turns of pairs and what lots are for."""
    first, second, third = (render.render(week, "md").decode() for week in (facts, sample, planned))
    assert "over your whole diary: " in first
    assert "**No sign of a link:** " in second
    assert "**Too early to tell:** " in first
    assert "| Day " in first
    assert "Soreness is the day’s worst rating, 0 none to 10 worst; – is not known." in first
    assert "A coin decides how you do each run" in third


def test_what_was_typed_is_only_text_in_markdown(hostile):
    text = render.render(hostile, "md").decode()
    found = tokens(text)
    assert not {token.type for token in found} & {"html_inline", "html_block", "image", "link_open", "s_open"}
    said = "".join(token.content for token in found if token.type == "text")
    assert "<script>alert(1)</script>" in said
    assert "\u202e" not in text
    assert not re.search(r"http://|www\.", text)  # what many readers make a link of by themselves


@pytest.mark.parametrize(
    "text", ["1. a", "- a", "+ a", "---", "===", "# a", "> a", "12) b", "a_b_c", "~~x~~", "&amp;"]
)
def test_a_text_reads_back_as_itself(text):
    found = tokens(as_text.render_markdown([Paragraph(text)]))
    assert [token.type for token in found][:2] == ["paragraph_open", "inline"]
    assert "".join(token.content for token in found if token.type in ("text", "text_special")) == text


def test_the_cells_of_tables_stay_in_their_columns():
    table = Table(("Name", "Runs"), (("a | b", "1"), ("日本", "12")))
    text = as_text.render_markdown([table])
    assert len([token for token in tokens(text) if token.type == "td_open"]) == 4
    assert as_text.render_plain([table]) == "Name   Runs\na | b     1\n日本     12\n"
    assert as_text.align_columns([["a", "b"]]) == [["a  ", "  b"]]


def test_a_table_wider_than_a_mail_becomes_a_list():
    table = Table(("Route", "In a row now", "At most"), (("R" * 60, "1", "4"),))
    assert as_text.render_plain([table]) == f"* {'R' * 60}: In a row\n  now 1; At most 4\n"


def test_plain_text_fits_the_line_of_a_mail(facts):
    text = as_text.render_plain(week_content.build_document(facts).simple_blocks())
    assert max(map(len, text.splitlines())) <= as_text.LINE_WIDTH
    assert "**" not in text
    assert "\\" not in text
    assert (
        as_text.render_plain([Heading("A", 1), BulletList((ListItem("b", "c", command="d"),))])
        == "A\n=\n\n* b c d\n"
    )


@pytest.mark.parametrize("which", ["facts", "hostile"])
def test_the_json_keeps_to_its_schema(which, request):
    schema = json.loads(
        files("runlog.reporter.render").joinpath("week.schema.json").read_text(encoding="utf-8")
    )
    found = request.getfixturevalue(which)
    text = render.render(found, "json").decode()
    document = json.loads(text, parse_constant=pytest.fail)
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(document)] == []
    assert document["headline"] == found.headline
    assert document["this_week"]["distance_m"] == pytest.approx(found.totals.distance_m)
    assert document["shoes"][0]["worn_m"] == pytest.approx(found.shoes[0].worn_m)


def test_unknown_is_null_and_0_is_a_value(diary, at):
    found = json.loads(render.render(build_week(diary.run(0).rate(1, 0).history(), now=at(7)), "json"))
    assert found["this_week"]["soreness_max"] == 0
    assert found["usual"]["soreness_mean"] is None
    assert found["see_clinician"] is None
    assert found["days"][1]["soreness"] == {"upper_back": 0.0}
    assert found["days"][2]["soreness"] == {}


def test_an_empty_home_has_every_form(diary, at):
    facts = build_week(diary.history(), now=at(7))
    for form in ("html", "md", "json"):
        assert render.render(facts, form)
    assert read(render.render_mail(facts, at(7)))["Subject"] == facts.headline


def test_the_mail_reads_back(facts, at):
    sent = render.render_mail(facts, at(200))
    assert len(sent) < 1_500_000
    mail = read(sent)
    assert mail["Subject"] == facts.headline
    assert mail["Date"].datetime == at(200)
    assert mail["Message-ID"].endswith("@runlog.invalid>")
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.startswith(facts.headline[:40])
    pictures = {
        part["Content-ID"][1:-1]: part for part in mail.walk() if part.get_content_type() == "image/png"
    }
    assert set(facts.charts) - {"route_maps"} == {
        part.get_filename().removesuffix(".png") for part in pictures.values()
    }
    assert all(part.get_content().startswith(b"\x89PNG") for part in pictures.values())
    assert all(f'src="cid:{name}"' in html for name in pictures)
    assert html.count("<img") == len(pictures)
    assert "http" not in html


def test_what_was_typed_is_only_text_in_a_mail(hostile, at):
    named = replace(
        hostile, glance=replace(hostile.glance, headline=f"Sore\r\nBcc: all@example.org {HOSTILE}")
    )
    mail = read(render.render_mail(named, at(60)))
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("SoreBcc: all@example.org")
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_pdf_shows_the_charts(facts, season_page):
    try:
        import weasyprint  # noqa: F401 - Pango may be missing
    except OSError:
        pytest.skip("Pango, which WeasyPrint draws text with, is not installed")
    page = as_html._light_colours(season_page)
    assert "var(--sore)" not in page
    written = render.render(facts, "pdf")
    assert written.startswith(b"%PDF")
    assert len(written) < 1_500_000


def test_without_weasyprint_a_pdf_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtra, match=r"\[pdf\]"):
        as_html.render_pdf("<p>")


def test_the_place_of_a_report_is_a_file_or_in_a_folder(tmp_path):
    assert render.output_path(tmp_path, "a") == (tmp_path / "a.html", "html")
    assert render.output_path(tmp_path, "a", "md") == (tmp_path / "a.md", "md")
    assert render.output_path(tmp_path / "b.JSON", "a") == (tmp_path / "b.JSON", "json")
    assert render.output_path(tmp_path / "b.htm", "a", "html") == (tmp_path / "b.htm", "html")
    with pytest.raises(BadInput, match="md was asked for"):
        render.output_path(tmp_path / "b.html", "a", "md")


def test_a_season_has_every_form(full_season, at):
    found = season_facts(full_season, "2026-04", "2026-06", at(200))
    page, text, data = (render.render(found, form).decode() for form in ("html", "md", "json"))
    assert found.headline in page
    assert "<svg" in page
    assert "http-equiv" not in page
    assert text.startswith("# ")
    kept = json.loads(data, parse_constant=pytest.fail)
    assert [month["first_day"] for month in kept["months"]] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert read(render.render_mail(found, at(200)))["Subject"] == found.headline
