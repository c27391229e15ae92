"""A week in one glance: what is said in each situation, word for word, and in what order."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from made_diary import MONDAY, Diary

from runlog.analysis.factors import find_factor
from runlog.i18n import use_language
from runlog.reporter import advice
from runlog.reporter.findings import Finding
from runlog.reporter.glance import build_glance, gather_week
from runlog.reporter.guidance import all_tips
from runlog.reporter.render.as_text import escape_markdown, render_markdown
from runlog.reporter.render.week_content import build_document
from runlog.reporter.weekly import build_week

NAN = float("nan")
RATE = "Rate your soreness tonight."
RATE_MORE = "Enough ratings show what your soreness goes together with."
USUAL = "Upper back about as sore as usual: 2.0 of 10."
UNRATED = "{n} runs, but no rating this week."
CARRY_ON = [("Carry on as you do.", "Nothing stands out this week.")]


def regular(weeks=7, rating=2, km=8, **run):
    """Runs three times a week and rates each run; 21 ratings in seven weeks."""
    diary = Diary()
    for week in range(weeks):
        for day in (1, 3, 5):
            diary.run(7 * week + day, km=km, **run)
            if rating is not None:
                diary.rate(7 * week + day, rating)
    return diary


def sore(ratings):
    """Rates a steady runner's last runs."""
    diary = regular(rating=None)
    days = [7 * week + day for week in range(7) for day in (1, 3, 5)]
    for day, rating in zip(days[-len(ratings) :], ratings, strict=True):
        diary.rate(day, rating)
    return diary


def worn(limit_km, *spares):
    """Runs 168 km in one pair, and has others."""
    diary = regular(shoe="Glide").shoe("Glide", limit_m=1000.0 * limit_km)
    for spare in spares:
        diary.shoe(spare)
    return diary


def rested(*days):
    """Is silent after seven weeks but for the runs of these days."""
    diary = regular()
    for day in days:
        diary.run(day)
    return diary


#: What happened, the day that it is told on, the headline, and what to do with the reason.
SITUATIONS = {
    "nothing at all": (
        Diary,
        7,
        "Nothing is recorded yet.",
        [
            ("Import what your watch recorded.", "Your soreness is compared with your runs."),
            (RATE, RATE_MORE),
            ("Or look at a made-up season first.", "It shows what a full page looks like."),
        ],
    ),
    "one run": (
        lambda: Diary().run(1),
        7,
        "1 run, but no rating this week.",
        [(RATE, RATE_MORE)],
    ),
    "one rating": (
        lambda: Diary().rate(1, 3),
        7,
        "Upper back: 3 of 10, rated once.",
        [
            ("Import what your watch recorded.", "Your soreness is compared with your runs."),
            (RATE, RATE_MORE),
        ],
    ),
    "no diary": (lambda: regular(rating=None), 49, UNRATED.format(n=3), [(RATE, RATE_MORE)]),
    "all as usual": (regular, 49, USUAL, CARRY_ON),
    "never sore": (lambda: regular(rating=0), 49, "Upper back: not sore all week.", CARRY_ON),
    "an over-long run": (
        lambda: rested(50, 52).run(54, km=14).rate(54, 2),
        56,
        USUAL,
        [
            (
                "Keep the next long run under 8.8 km.",
                "Saturday’s 14.0 km was 75% over your longest of 30 days.",
            )
        ],
    ),
    "an over-long run of the week before": (
        lambda: regular().run(50).rate(50, 2).run(52).run(54, km=14).run(57).run(59).rate(59, 2),
        62,
        USUAL,
        [
            (
                "Keep the next long run under 8.8 km.",
                "The 14.0 km on Sat 25 Apr was 75% over your longest of 30 days.",
            )
        ],
    ),
    "a week much longer than any": (
        lambda: regular().run(49).run(50).run(51).run(52).run(54).rate(54, 2),
        56,
        USUAL,
        [("Stay under 31.2 km for seven days.", "This week was 1.7 times your usual distance.")],
    ),
    "a worn pair without a spare": (
        lambda: worn(150),
        49,
        USUAL,
        [("Get a new pair; retire Glide.", "Glide is over its limit: 168 of 150 km.")],
    ),
    "a worn pair with a spare": (
        lambda: worn(150, "Pacer 4"),
        49,
        USUAL,
        [("Wear Pacer 4 (0 km); retire Glide.", "Glide is over its limit: 168 of 150 km.")],
    ),
    "a worn pair with a spare of a long name": (
        lambda: worn(150, "Ghost 16, the blue ones"),
        49,
        USUAL,
        [("Wear Ghost 16, the blue ones.", "Glide is over its limit: 168 of 150 km.")],
    ),
    "a pair near its limit without a spare": (
        lambda: worn(185),
        49,
        USUAL,
        [("Buy the next pair now.", "Glide has 17 km left.")],
    ),
    "a pair near its limit with a spare": (
        lambda: worn(185, "Pacer 4"),
        49,
        USUAL,
        [("Wear Pacer 4 (0 km) more often.", "Glide has 17 km left.")],
    ),
    "a pair that is fresh": (lambda: worn(800), 49, USUAL, CARRY_ON),
    "runs without a pair": (
        lambda: regular().shoe("Glide").shoe("Pacer"),
        49,
        USUAL,
        [("See which runs, and name the pair.", "12 of your last 12 runs have no pair of shoes.")],
    ),
    "one route": (
        lambda: regular(loop=1, name="Park"),
        49,
        USUAL,
        [("Take another route next time.", "Most of your runs were on Park (R1).")],
    ),
    "one route where another is known": (
        lambda: regular(loop=1, name="Park").run(47.5, km=1, loop=2, name="River"),
        49,
        USUAL,
        [("Take another route next time.", "Most of your runs were on Park (R1). Try River.")],
    ),
    "skipped warm-ups": (
        lambda: regular(warmup=False),
        49,
        USUAL,
        [("Warm up: arm circles, 5 minutes.", "No warm-up before your last 21 runs.")],
    ),
    "warm-ups before every run": (lambda: regular(warmup=True), 49, USUAL, CARRY_ON),
    "a week of runs without a rating": (
        lambda: rested(50, 52, 54),
        56,
        UNRATED.format(n=3),
        [("Rate today, also if nothing is sore.", "3 runs since your last rating, 8 days ago.")],
    ),
    "silence": (regular, 80, USUAL, CARRY_ON),
    "one run after a long silence": (
        lambda: rested(82).rate(82, 5),
        84,
        "Upper back: 5 of 10, rated once.",
        [("Drop your shoulders every kilometre.", "Form is quick to check in a sore week.")],
    ),
    "a second week": (
        lambda: Diary().run(1).rate(1, 2).run(8).rate(8, 6).run(9).rate(9, 5),
        14,
        "Upper back: 5.5 of 10 on average.",
        [(RATE, RATE_MORE)],
    ),
    "not sore, rated once": (
        lambda: Diary().run(1).rate(1, 0),
        7,
        "Upper back: 0 of 10, rated once.",
        [(RATE, RATE_MORE)],
    ),
    "a sore week": (
        lambda: regular(rating=1).run(50).rate(50, 4).run(52).rate(52, 3),
        56,
        "Upper back much sorer than usual: 3.5, up from 1.0.",
        [("Let your arms swing back, not across.", "Form is quick to check in a sore week.")],
    ),
    "a sore knee": (
        lambda: regular(rating=None).rate(44, 4, area="knee").rate(46, 4, area="knee"),
        49,
        "Knee: 4.0 of 10 on average.",
        [(RATE, RATE_MORE)],
    ),
    "a better week": (
        lambda: regular(rating=4).run(50).rate(50, 2),
        56,
        "Upper back much less sore than usual: 2.0, down from 4.0.",
        CARRY_ON,
    ),
    "another area than usual": (
        lambda: regular().run(50).rate(50, 6, area="neck"),
        56,
        "Neck: 6 of 10 this week; upper back not rated.",
        CARRY_ON,
    ),
}


@cache
def week_at(name):
    """The week of a situation on its evening, built once however often it is looked at."""
    make, day, *_said = SITUATIONS[name]
    return build_week(make().history(), now=evening(day))


def evening(day):
    return MONDAY.replace(hour=20) + timedelta(days=day)


def glance_at(name, language="en"):
    if language == "en":
        return week_at(name).glance
    make, day, *_said = SITUATIONS[name]
    return build_glance(make().history(language=language), now=evening(day))


@pytest.mark.parametrize("name", ["one run", "an over-long run", "another area than usual"])
def test_the_glance_by_itself_is_that_of_the_week(name, at):
    make, day, *_said = SITUATIONS[name]
    assert repr(build_glance(make().history(), now=at(day))) == repr(glance_at(name))  # NaN equals no NaN


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_said_in_a_situation(name):
    *_made, headline, actions = SITUATIONS[name]
    glance = glance_at(name)
    assert glance.headline == headline
    assert [(action.text, action.fact) for action in glance.actions] == actions
    assert glance.warnings == ()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_an_action_is_one_line_on_a_phone(name, language):
    glance = glance_at(name, language)
    assert 1 <= len(glance.actions) <= 3
    assert [action.text for action in glance.actions if len(action.text) > advice.LINE_LETTERS] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_tip_that_becomes_an_action_is_one_line(language):
    topics = {name for topic in advice.TOPICS for name in (*topic.factors, *topic.kinds)}
    others = {"run_spike", "shoe_km", "shoe_limit", "no_spare_pair", "route_share", "route_streak"}
    others |= {"acute_load", "chronic_load", "acwr", "week_jump", "monotony", "route_repetition"}
    with use_language(language):
        titles = [tip.title for tip in all_tips() if set(tip.answers) & ((topics - others) | {"form"})]
    assert len(titles) > 12
    assert [title for title in titles if len(title) >= advice.LINE_LETTERS] == []


#: What may stand in a report more than once: it is about several pairs, factors or alerts.
REPEATED = ("Grade: ", "This week: ", "Since ", "Goes together with", "Not proof of cause", "800 km left")


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_sentence_of_a_report_is_told_once(name):
    week = week_at(name)
    text = render_markdown(build_document(week).simple_blocks())
    sentences = [one.strip(" *#->|\\") for one in re.split(r"(?<=[.!?])\s+|\n+", text)]
    counts = Counter(one for one in sentences if len(one) > 14 and not one.startswith(REPEATED))
    assert [one for one, count in counts.items() if count > 1] == []
    for notice in week.notices:
        assert text.count(escape_markdown(notice.message)) <= 1


def test_a_command_stands_with_what_it_does():
    commands = {name: [action.command for action in glance_at(name).actions] for name in SITUATIONS}
    assert commands["nothing at all"] == ["runlog import ~/Downloads", "runlog log 0", "runlog demo --open"]
    assert commands["a worn pair with a spare"] == ["runlog shoes retire Glide"]
    assert commands["a pair near its limit without a spare"] == ["runlog shoes add 'New pair'"]
    assert commands["runs without a pair"] == ["runlog shoes assign"]
    assert commands["a week of runs without a rating"] == ["runlog log 0"]
    assert commands["all as usual"] == [""]


# The clinician


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ((2, 2, 8), "Upper back: 8 of 10 on Sat 18 Apr is high. See a physio or doctor."),
        ((7, 2, 7), "Upper back: 7 of 10 on Sat 18 Apr is high. See a physio or doctor."),
        ((4,) * 9, "Upper back: sore for 18 days. See a physio or doctor."),
        ((2, 3, 4, 6), "Upper back: sorer after each of 4 runs. See a physio or doctor."),
    ],
    ids=str,
)
def test_the_clinician_comes_first_where_due(ratings, message, at):
    glance = build_glance(sore(ratings).history(), now=at(49))
    assert [warning.message for warning in glance.warnings][:1] == [message]


@pytest.mark.parametrize("ratings", [(0, 2, 3, 4), (1, 2, 3, 4), (2, 2, 6), (3,) * 12, (4, 4, 4)], ids=str)
def test_no_clinician_without_a_reason(ratings, at):
    assert build_glance(sore(ratings).history(), now=at(49)).warnings == ()


def test_with_a_clinician_s_reason_alone_nothing_else_is_advised(at):
    diary = regular()
    for day in range(49, 56):
        diary.rate(day, 8)
    (action,) = build_glance(diary.history(), now=at(56)).actions
    assert action.text == "Have that checked first."


# The four numbers


def test_the_strip_says_load_shoes_route_and_warm_ups(at):
    diary = regular(loop=1, shoe="Glide", warmup=True).shoe("Glide", limit_m=500_000.0)
    strip = build_glance(diary.history(), now=at(49)).strip
    assert [(item.name, item.value, item.label, item.tone) for item in strip] == [
        ("load", "24.0 km", "3 runs, usually 24.0 km", ""),
        ("shoes", "332 km", "left in Glide, worn most", ""),
        ("route", "100%", "of runs in 28 days on one route", "bad"),
        ("warmup", "3 of 3", "runs with a warm-up", "good"),
    ]


@pytest.mark.parametrize(
    ("make", "day", "label"),
    [
        (lambda: Diary().run(1), 7, "1 run, your first"),
        (lambda: Diary().run(1).run(3), 7, "2 runs, your first"),
        (lambda: Diary().run(1).run(8), 14, "1 run, 8.0 km a week earlier"),
        (lambda: Diary().run(1).run(8).run(15), 21, "1 run, usually 8.0 km"),
        (lambda: rested(64), 70, "1 run, usually 12.0 km"),
        (lambda: rested(82), 84, "1 run, none in 4 weeks before"),
        (lambda: rested(400), 406, "1 run, none in 50 weeks before"),
        (lambda: rested().rate(85, 1), 91, "0 runs, none in 5 weeks before"),
        (lambda: regular(rating=None).run(50), 56, "1 run, usually 24.0 km"),
    ],
)
def test_a_distance_is_called_usual_only_where_there_were_runs(make, day, label, at):
    (load,) = [item for item in build_glance(make().history(), now=at(day)).strip if item.name == "load"]
    assert load.label == label


def test_no_distance_is_advised_from_weeks_almost_without_runs(at):
    diary = rested().run(64, km=2).rate(64, 2)
    for day in range(70, 77):
        diary.run(day, km=9).rate(day, 2)
    for action in build_glance(diary.history(), now=at(77)).actions:
        assert not action.text.startswith("Run about")


def test_what_is_not_known_is_no_number(at):
    assert [item.name for item in build_glance(regular(rating=2).history(), now=at(49)).strip] == ["load"]
    assert build_glance(Diary().rate(1, 3).history(), now=at(7)).strip == ()
    few = Diary().run(1, loop=1).run(3, loop=1)
    assert [item.name for item in build_glance(few.history(), now=at(7)).strip] == ["load"]


def test_the_runner_s_unit_is_used_throughout(at):
    diary = rested(50, 52).run(54, km=14).shoe("Glide", limit_m=800_000.0)
    glance = build_glance(diary.history(units="mi"), now=at(56))
    said = " ".join(f"{action.text} {action.fact}" for action in glance.actions)
    said += " ".join(f"{item.value} {item.label}" for item in glance.strip)
    assert "Keep the next long run under 5.4 mi." in said
    assert " km" not in said


# The order


def finding(factor, **known):
    values = {"label": factor, "now": 0.5, "now_text": "so", "median": 1.0, "median_text": "", "n": 60}
    values |= {
        "sentence": "It goes with it.",
        "effect": 1.0,
        "low": 0.5,
        "high": 1.5,
        "impact": 0.5,
        "grade": "B",
    }
    return Finding(factor, **{**values, **known})


@pytest.fixture(scope="module")
def situation():
    """Chooses actions of a steady runner's week, given what links are found."""
    history = regular(loop=1, shoe="Glide").shoe("Glide").shoe("Pacer").history()
    week = gather_week(history, "2026-W16", evening(48) + timedelta(hours=2))

    def choose(*findings, notices=()):
        return advice.choose_actions(replace(week, findings=findings, notices=tuple(notices)))

    return choose


def test_what_changes_soreness_most_comes_first_and_an_unsure_link_counts_less(situation):
    chosen = situation(
        finding("run_spike", impact=0.3),
        finding("warmup", effect=-1.0, impact=0.6),
        finding("shoe_km", impact=0.9, grade="C"),
        finding("route_share", impact=0.2),
    )
    assert [action.topic for action in chosen] == ["warmup", "shoe_km", "run_spike"]
    assert [action.points for action in chosen] == pytest.approx([0.6, 0.45, 0.3])


def test_a_warning_has_a_place_before_a_link(situation):
    from runlog.reporter.alerts.common import Notice

    notice = Notice("2026-04-18", "warn", "Long.", "Why.", None, "Shorter.", kind="run_spike")
    findings = [finding(name, impact=1.0) for name in ("shoe_km", "route_share", "acute_load")]
    chosen = situation(*findings, notices=[notice])
    assert len(chosen) == 3
    assert chosen[-1].topic == "run_spike"


@pytest.mark.parametrize(
    ("factor", "effect"),
    [("warmup", 1.0), ("strength_7d", 0.5), ("desk_hours", -0.5), ("shoe_km", -0.3), ("posture", 0.4)],
)
def test_a_link_the_other_way_is_no_reason(situation, factor, effect):
    """Less strength or fewer warm-ups are never advised, whatever a diary shows."""
    assert find_factor(factor)
    assert situation(finding(factor, effect=effect, impact=0.8)) == ()


@pytest.mark.parametrize("known", [{"impact": 0.05}, {"impact": -0.4}, {"impact": NAN}, {"grade": "none"}])
def test_what_changes_nothing_is_no_reason(situation, known):
    assert situation(finding("route_share", **known)) == ()


@pytest.mark.parametrize(
    "factor", ["acute_load", "monotony", "cooldown", "strength_7d", "desk_hours", "cadence"]
)
def test_each_topic_has_its_words(situation, factor):
    better = next(topic.factors[factor] for topic in advice.TOPICS if factor in topic.factors)
    (action,) = situation(finding(factor, effect=-0.5 * better))
    assert action.text.endswith(".")
    assert "{" not in action.text + action.fact


def test_a_full_season_in_the_order_of_its_causes(full_season, at):
    glance = build_glance(full_season, "2026-W35", at(182))
    assert glance.actions[0].topic == "warmup"
    assert {action.topic for action in glance.actions} == {"warmup", "route_share", "shoe_km"}


def test_it_asks_for_no_chart():
    code = "import sys, runlog.reporter.glance; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
