"""Build the content of a week's report from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog import units
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import guidance
from runlog.reporter.alerts import ALERTS
from runlog.reporter.alerts.shoes import add_command
from runlog.reporter.charts.streaks import ANSWER_LABELS, DONE, PERHAPS, SKIPPED, STREAK_WEEKS, UNKNOWN
from runlog.reporter.render.blocks import finding_blocks, glance_blocks
from runlog.reporter.render.content import (
    Bar,
    Bars,
    Block,
    BulletList,
    ChartBlock,
    Document,
    Fold,
    ListItem,
    Paragraph,
    Section,
    SideBySide,
    Table,
    TrialList,
    footer_text,
)
from runlog.reporter.shoes_and_routes import used_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from runlog.reporter.alerts import Notice
    from runlog.reporter.shoes_and_routes import ShoeInUse
    from runlog.reporter.summary import Day, Totals
    from runlog.reporter.weekly import Week

#: Up to this many areas get a column in the table of days; beyond it, the main one and "Worst elsewhere".
MOST_AREA_COLUMNS = 2


def build_document(week: Week) -> Document:
    """Return what a week's report says, in the language of its facts."""
    with use_language(week.history.settings.language):
        whole, begun = _("Week {number} · {days}"), _("Week {number} · {days}, so far")
        days = units.days(week.days_so_far.first, week.days_so_far.last)
        number = int(week.name.partition("W")[2])
        return Document(
            language=week.history.settings.language,
            page_title=_("runlog, week {week}").format(week=week.name),
            headline=week.headline,
            eyebrow=(whole if week.complete else begun).format(number=number, days=days),
            lead=glance_blocks(week.glance, week.units),
            sections=tuple(section for part in _SECTIONS for section in part(week)),
            footer=footer_text(),
        )


def _introduction(week: Week) -> Iterator[Section]:
    if week.is_empty:
        text = _(
            "How sore you were and what you ran; what your soreness goes together with, and how sure that "
            "is; what to do about it; and when your shoes are due."
        )
        yield Section(_("What this page will show"), (Paragraph(text),))


def _soreness_section(week: Week) -> Iterator[Section]:
    if week.is_empty:
        return
    charts = tuple(_charts(week, "soreness_and_load", is_titled=True, is_wide=True))
    title = charts[0].finding if charts else _("Soreness and load")
    none = () if charts or week.totals.runs else (Paragraph(_("No run and no rating in five weeks.")),)
    yield Section(title, (*charts, *none, Fold(_("Day by day"), tuple(_number_blocks(week)))))


def _number_blocks(week: Week) -> Iterator[Block]:
    """Yield the days and the week in numbers."""
    body, days = tuple(_charts(week, "body")), tuple(_day_blocks(week))
    if body and days:
        yield SideBySide(body, days)
    else:
        yield from (*body, *days)
    titles = ("", _("This week"), _("Usually"))
    yield Table(titles, tuple(_number_rows(week))).without_empty_columns()
    yield Paragraph(_usual_note(week), quiet=True)
    if week.history.load_note and len(week.history.runs):
        yield Paragraph(week.history.load_note, quiet=True)


def _usual_note(week: Week) -> str:
    if not week.usual.weeks:
        return _("Nothing is known of the weeks before. Next week is compared with this one.")
    if not (week.usual.runs or week.usual.ratings):
        return _("The weeks before have no run and no rating to compare with.")
    if not week.complete:
        text = _("Up to {day}. “Usually” is the same days of the weeks before; today is not over.")
        return text.format(day=units.day(week.days_so_far.last))
    text = ngettext(
        "“Usually” is the week before.", "“Usually” is the mean of the {n} weeks before.", week.usual.weeks
    )
    return text.format(n=week.usual.weeks)


def _number_rows(week: Week) -> Iterator[tuple[str, str, str]]:
    def texts(of: Totals, digits: int) -> tuple[str, ...]:
        runs = (
            units.number(of.runs, digits),
            units.distance(of.distance_m, week.units),
            units.duration(of.moving_s),
        )
        return (
            units.number(of.soreness_mean),
            units.number(of.soreness_max, digits),
            units.number(of.ratings, digits),
            *(runs if of.runs or of is week.totals else [units.UNKNOWN] * len(runs)),
        )

    labels = (
        _("Soreness, {area}").format(area=units.area(week.area)),
        *(_("Worst rating"), _("Ratings"), _("Runs"), _("Distance"), _("Moving time")),
    )
    for row in zip(labels, texts(week.totals, 0), texts(week.usual, 1), strict=True):
        if row[1:] != (units.UNKNOWN, units.UNKNOWN):
            yield row


def _charts(week: Week, name: str, *, is_titled: bool = False, is_wide: bool = False) -> Iterator[ChartBlock]:
    """Yield a chart of the week, if it has something to show."""
    if name in week.charts:
        data = week.charts[name]
        yield ChartBlock(name, data, data.title, is_titled=is_titled, is_wide=is_wide)


def _day_blocks(week: Week) -> Iterator[Block]:
    """Yield the table of the days with its note: runs, loads, and each area or the worst of many."""
    rated = {area for day in week.days for area in day.soreness}
    if not (week.totals.runs or rated):
        return
    areas = sorted(rated, key=lambda area: (area != week.area, area))
    shown = MOST_AREA_COLUMNS if len(areas) <= MOST_AREA_COLUMNS else 1
    own, elsewhere = areas[:shown], areas[shown:]
    titles = [
        _("Day"),
        *((_("Run"), _("Load")) if week.totals.runs else ()),
        *(units.capital(units.area(area)) for area in own),
        *((_("Worst elsewhere"),) if elsewhere else ()),
    ]
    yield Table(
        tuple(titles),
        tuple(tuple(_day_cells(day, week, own, elsewhere)) for day in week.days),
        words=(len(titles) - 1,) if elsewhere else (),
        style="days",
    ).without_empty_columns()
    loads = _("Load in {unit}.").format(unit=_(units.load_unit(week.history.load_kind, week.units)))
    scale = _("Soreness is the day’s worst rating, 0 none to 10 worst; – is not known.")
    notes = ((loads, week.totals.runs), (scale, rated))
    yield Paragraph(" ".join(text for text, applies in notes if applies), quiet=True)


def _day_cells(day: Day, week: Week, own: list[str], elsewhere: list[str]) -> Iterator[str]:
    yield units.day(day.day)
    if week.totals.runs:
        yield units.distance(day.distance_m, week.units) if day.runs else _("none")
        yield units.number(units.load_in(day.load, week.history.load_kind, week.units), 0)
    for area in own:
        yield units.number(day.soreness.get(area), 0)
    if elsewhere:
        rated = [area for area in elsewhere if area in day.soreness]
        worst = max(rated, key=lambda area: day.soreness[area], default="")
        yield f"{units.area(worst)} {units.number(day.soreness[worst], 0)}" if worst else units.UNKNOWN


def _findings_section(week: Week) -> Iterator[Section]:
    if not week.is_empty:
        links = _charts(week, "exposure") if week.has_links else ()
        blocks = finding_blocks(week, tuple(links))
        yield Section(_("What your soreness goes together with"), tuple(blocks))


def _calendar_section(week: Week) -> Iterator[Section]:
    calendar = tuple(_charts(week, "calendar", is_titled=True))
    if calendar:
        yield Section(calendar[0].finding, calendar)


def _alerts_section(week: Week) -> Iterator[Section]:
    """Yield the alerts that no action answers."""
    if week.other_alerts:
        yield Section(_("Keep an eye on"), tuple(map(_alert_fold, week.other_alerts)))


def _alert_fold(notice: Notice) -> Fold:
    """Return what to do about an alert, and below it why; a command of its own stands last."""
    todo, _colon, command = notice.todo.partition(": runlog ")
    (grade,) = (rule.grade for rule in ALERTS if rule.kind == notice.kind)
    since = _("Since {day}. Evidence: {grade}.").format(day=units.day(notice.since), grade=_(grade))
    text = f"{notice.message} {notice.why} {since}"
    if not command:
        return Fold(todo, (Paragraph(text),))
    return Fold(f"{todo}.", (Paragraph(text, command=f"runlog {command}"),))


def _trials_section(week: Week) -> Iterator[Section]:
    """Yield the runner's own trials, and which one would tell more."""
    if week.trials:
        note = _("A coin decides how you do each run, so these show more than what goes together.")
        title = _("Trial {id}: {first} or {second}")
        items = (
            ListItem(
                title.format(id=trial.id, first=trial.first, second=trial.second),
                " ".join(filter(None, (trial.sentence, trial.next_run))),
            )
            for trial in week.trials
        )
        yield Section(_("Your trials"), (Paragraph(note, quiet=True), TrialList(tuple(items))))
    if week.suggestion is not None:
        idea = Paragraph(week.suggestion.sentence, command=week.suggestion.command)
        yield Section(_("A trial that would tell you more"), (idea,))


def _shoes_section(week: Week) -> Iterator[Section]:
    if week.shoes:
        longest = max(max(shoe.worn_m, shoe.limit_m) for shoe in week.shoes) or 1.0
        bars = Bars(
            tuple(
                Bar(
                    name=shoe.name,
                    amount=used_text(shoe, week.units),
                    percent=100 * shoe.worn_m / longest,
                    text=shoe_forecast(shoe, week.units),
                    mark=100 * shoe.limit_m / longest,
                    is_bad=shoe.is_over,
                )
                for shoe in week.shoes
            )
        )
        convention = guidance.evidence("shoe-limits").quote()
        is_quoted = any(convention in notice.why for notice in week.notices)
        yield Section(_("Shoes"), (bars,) if is_quoted else (bars, Paragraph(convention, quiet=True)))
    elif len(week.history.runs):
        none = _("No shoes yet. Say which pair you run in, and runlog counts the distance:")
        yield Section(_("Shoes"), (Paragraph(none, command=add_command()),))


def shoe_forecast(shoe: ShoeInUse, unit: str) -> str:
    """Return when a pair comes to its limit, or since when it is over it."""
    left = units.distance(shoe.left_m, unit, 0)
    if shoe.is_over:
        if shoe.expected is None:
            return _("Over its limit.")
        return _("Over its limit since {day}.").format(day=units.day(shoe.expected))
    if not shoe.runs:
        return _("{left} left, no run in it yet.").format(left=left)
    if not shoe.when:
        return _("{left} left, hardly in use.").format(left=left)
    return _("{left} left; at its limit {when}.").format(left=left, when=shoe.when)


def _routes_section(week: Week) -> Iterator[Section]:
    if week.history.runs.empty:
        return
    if not week.routes:
        none = _("No run with GPS in the last 28 days, so no routes.")
        yield Section(_("Routes"), (Paragraph(none),))
        return
    maps = week.charts["route_maps"].maps if "route_maps" in week.charts else ()
    shapes = {one.route: one.lines for one in maps}
    bars = []
    for route in week.routes:
        text = ngettext("{distance}, {n} run in all", "{distance}, {n} runs in all", route.runs)
        text = text.format(distance=units.distance(route.distance_m, week.units), n=route.runs)
        if route.streak > 1:
            text = _("{route}, the last {n} in a row.").format(route=text, n=route.streak)
        else:
            text = f"{text}."
        bars.append(
            Bar(
                name=units.printable(route.name or route.route),
                amount=units.percent(route.share_28d),
                percent=100 * route.share_28d,
                text=text,
                lines=_thumbnail(shapes.get(route.route, ())),
            )
        )
    yield Section(_("Routes of 28 days"), (Bars(tuple(bars)),))


def _thumbnail(lines: Iterable[NDArray[np.float64]]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Fit lines (n, 2), to the east and north, into a square of 100, y downwards."""
    lines = tuple(lines)
    if not lines:
        return ()
    every = np.concatenate(lines)
    low, high = every.min(axis=0), every.max(axis=0)
    scale = 92 / max(float(np.max(high - low)), 1.0)
    turned = ((line - (low + high) / 2) * (scale, -scale) + 50 for line in lines)
    return tuple(tuple((round(float(x), 1), round(float(y), 1)) for x, y in line) for line in turned)


def _habits_section(week: Week) -> Iterator[Section]:
    """Yield what is folded away at the end."""
    folds = tuple(_habit_folds(week))
    if folds:
        yield Section(_("More"), folds)


_ANSWERS = (DONE, PERHAPS, SKIPPED, UNKNOWN)


def _habit_folds(week: Week) -> Iterator[Fold]:
    """Yield warm-ups run by run, running form, and other habits, as far as they are known."""
    answers = [one for one in _ANSWERS if any(counts[one] for counts in week.habit_counts)]
    if answers:
        labels = (_("Warm-up"), _("Cool-down"))
        titles = (_("Runs of {n} weeks").format(n=STREAK_WEEKS), *(_(ANSWER_LABELS[one]) for one in answers))
        counted = [
            (label, *(str(counts[answer]) for answer in answers))
            for label, counts in zip(labels, week.habit_counts, strict=True)
        ]
        yield Fold(_("Warm-ups and cool-downs"), (Table(titles, tuple(counted)),))
    if week.form_values:
        titles = (_("Mean of the runs"), _("This week"), _("Usually"), _("Last third less first"))
        measured = [
            (
                value.label,
                units.number(value.now, value.digits),
                units.number(value.usual, value.digits),
                units.number(value.drift, value.digits, signed=True),
            )
            for value in week.form_values
        ]
        note = _("Form follows the pace. Nothing is known about form and soreness of the back.")
        table = Table(titles, tuple(measured)).without_empty_columns()
        yield Fold(_("Running form"), (table, Paragraph(note, quiet=True)))
    if week.other_habits:
        titles = (_("Habit"), _("This week"), _("Usually"))
        noted = [
            (habit.label, habit.now_text or units.UNKNOWN, habit.usual_text or units.UNKNOWN)
            for habit in week.other_habits
        ]
        table = Table(titles, tuple(noted), words=(1, 2)).without_empty_columns()
        yield Fold(_("Strength, desk and posture"), (table,))


def _missing_section(week: Week) -> Iterator[Section]:
    if week.missing:
        items = (ListItem(f"{gap.what}.", gap.then, command=gap.command) for gap in week.missing)
        yield Section(_("To know more"), (BulletList(tuple(items), style="missing"),))


_SECTIONS = (
    _introduction,
    _soreness_section,
    _findings_section,
    _shoes_section,
    _routes_section,
    _calendar_section,
    _alerts_section,
    _trials_section,
    _habits_section,
    _missing_section,
)
