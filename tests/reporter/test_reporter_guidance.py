import re

import pytest

from runlog.analysis.factors import FACTORS
from runlog.errors import NotFound
from runlog.reporter import guidance
from runlog.reporter.alerts import ALERTS
from runlog.reporter.guidance import all_tips, clinician_advice

ALL_EVIDENCE = tuple(guidance._all_evidence().values())
GRADES = {"moderate", "moderate to weak", "low", "trivial", "none", "opinion"}


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def runs_of_eight(text):
    found = words(text)
    return {tuple(found[start : start + 8]) for start in range(len(found) - 7)}


def test_no_tip_copies_eight_words_in_a_row_from_the_guidance(shared):
    source = runs_of_eight((shared / "guidance/prevention-guidance.txt").read_text())
    assert len(source) > 1000
    for tip in all_tips():
        for text in (tip.title, tip.how, tip.why, tip.evidence):
            assert not runs_of_eight(text) & source, tip.id


@pytest.mark.parametrize(
    "subject",
    [
        "moving stretches",
        "circle your arms",
        "twist your trunk",
        "hold each stretch",
        "different route",
        "pair of shoes",
        "sports bra",
        "top that lets your shoulders move",
        "upper back",
        "plank",
        "screen to eye level",
        "wrists straight",
        "feet on the floor",
        "stand up",
        "head down",
        "look 20 metres ahead",
        "drop your shoulders",
        "arms swing",
        "steps",
        "run tall",
        "posture correctors",
    ],
)
def test_everything_that_the_guidance_names_has_a_tip(subject):
    assert any(subject in f"{tip.title} {tip.how}".lower() for tip in all_tips())


def test_every_tip_is_whole_and_honestly_graded():
    assert len({tip.id for tip in all_tips()}) == len(all_tips())
    for tip in all_tips():
        assert tip.grade in GRADES, tip.id
        assert all((tip.title, tip.how, tip.why, tip.evidence, tip.source)), tip.id


def test_tips_answer_only_what_exists_and_every_primary_factor_has_one():
    answered = {answer for tip in all_tips() for answer in tip.answers}
    names = {factor.name for factor in FACTORS} | {rule.kind for rule in ALERTS} | {"form", "gear"}
    assert answered <= names
    assert {factor.name for factor in FACTORS if factor.primary} <= answered


def test_what_has_no_evidence_says_so():
    by_id = {tip.id: tip for tip in all_tips()}
    assert "No evidence" in by_id["braces"].evidence
    assert "No study on route variety" in by_id["route-variety"].evidence
    assert by_id["static-stretches"].grade == "trivial"
    assert "52 people" in by_id["dynamic-stretches"].evidence


def test_the_clinician_s_advice_names_every_red_flag():
    advice = " ".join([*clinician_advice().flags, clinician_advice().emergency]).lower()
    for flag in (
        "fall or a blow",
        "fever",
        "weight loss",
        "cancer",
        "immune system",
        "steroids",
        "constant",
        "wakes you at night",
        "numbness",
        "weakness",
        "balance",
        "bladder or bowel",
        "under 20 or over 50",
        "chest pain",
        "breathlessness",
        "fainting",
        "emergency",
    ):
        assert flag in advice


def test_the_guidance_is_read_once():
    assert guidance.all_tips() is guidance.all_tips()


def test_a_study_s_numbers_stand_nowhere_but_in_its_evidence(root):
    numbers = {phrase for entry in ALL_EVIDENCE for phrase in phrases_of(entry)}
    assert {
        "0.61 times",
        "264 runners",
        "5,205 runners",
        "1.64 times",
        "52 people",
        "0.02 to 0.80",
    } <= numbers
    files = [
        file
        for file in (root / "runlog").rglob("*")
        if file.suffix in {".py", ".html", ".toml", ".po", ".md"}
    ]
    assert len(files) > 100
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not [phrase for phrase in numbers if phrase in text], file


def test_that_limits_are_a_convention_is_written_once(root):
    files = [*(root / "runlog").rglob("*.py"), *(root / "runlog").rglob("*.html")]
    assert not [file for file in files if "Limits are a convention" in file.read_text(encoding="utf-8")]


def phrases_of(entry):
    """Yield the numbers of a study as a sentence would have them."""
    if entry.people:
        yield from (f"{entry.people:,} {whom}" for whom in ("people", "runners", "women"))
    for part in (entry, *entry.steps):
        if part.low is not None:
            yield f"{part.low} to {part.high}"
        if part.effect:
            yield from (f"{part.effect}{unit}" for unit in (" times", " mm less", "% more", " standard"))
            yield f"hazard ratio {part.effect}"


def test_the_evidence_is_whole_and_each_entry_is_quoted():
    used = {study for rule in ALERTS for study in rule.studies} | {"shoe-limits"}
    texts = " ".join(tip.evidence for tip in all_tips())
    for entry in ALL_EVIDENCE:
        assert entry.id in used or entry.quote() in texts, entry.id
        assert entry.grade in GRADES, entry.id
        assert "{" not in entry.cite()
    with pytest.raises(NotFound, match="no evidence 'moon'"):
        guidance.evidence("moon")


@pytest.mark.parametrize(
    ("size", "finding"),
    [
        (1.1, "Compared with runs up to 10% longer"),
        (1.2, "10 to 30% longer than the longest of 30 days had 1.64 times (1.31 to 2.05)"),
        (1.9, "30 to 100% longer than the longest of 30 days had 1.52 times (1.16 to 2.00)"),
        (2.1, "more than twice as long as the longest of 30 days had 2.28 times (1.50 to 3.48)"),
    ],
)
def test_a_longer_run_is_quoted_with_its_own_step_alone(size, finding):
    quoted = guidance.evidence("frandsen-2025").quote(size)
    assert finding in quoted
    assert quoted.count("times") == (size > 1.1)
    assert quoted in guidance.evidence("frandsen-2025").cite(size)


def test_the_tip_of_longer_runs_gives_each_step_its_own_number():
    (tip,) = [tip for tip in all_tips() if tip.id == "longer-in-steps"]
    assert "Runs 10 to 30% longer than the longest of 30 days had 1.64 times" in tip.evidence
    assert "30 to 100% longer than the longest of 30 days had 1.52 times" in tip.evidence


def test_a_rule_and_a_tip_quote_a_study_in_the_same_words():
    (rule,) = [rule for rule in ALERTS if rule.kind == "no_spare_pair"]
    (tip,) = [tip for tip in all_tips() if tip.id == "rotate-shoes"]
    assert (rule.evidence, rule.grade, rule.source) == (tip.evidence, tip.grade, tip.source)
