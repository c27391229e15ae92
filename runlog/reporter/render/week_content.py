"""Build the content of a week's report from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import guidance
from runlog.reporter.alerts import ALERTS
from runlog.reporter.render.content import (
    Block,
    BulletList,
    ChartBlock,
    Document,
    ListItem,
    NumberTile,
    NumberTiles,
    Paragraph,
    Section,
    ShoeBar,
    ShoeBars,
    SideBySide,
    Table,
    TipBlock,
    TipList,
    TrialList,
    footer_text,
)
from runlog.reporter.render.finding_blocks import finding_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlog.reporter.alerts import Notice
    from runlog.reporter.guidance import ChosenTip
    from runlog.reporter.shoes_and_routes import ShoeInUse
    from runlog.reporter.summary import Day
    from runlog.reporter.weekly import Week
    from runlog.trials.text import TrialStatus

#: A page shows the numbers of so many alerts, of more only the message, so that it stays readable.
MOST_FULL_ALERTS = 5
#: Up to this many areas get a column in the table of days; beyond it, the main one and "Worst elsewhere".
MOST_AREA_COLUMNS = 2


def build_document(week: Week) -> Document:
    """Return what a week's report says, in the language of its facts."""
    with use_language(week.language):
        whole, begun = _("Your running week, {days}"), _("Your running week so far, {days} (not over yet)")
        days = units.days(week.days_so_far.first, week.days_so_far.last)
        return Document(
            language=week.language,
            page_title=_("runlog, week {week}").format(week=week.name),
            headline=week.headline,
            eyebrow=(whole if week.complete else begun).format(days=days),
            lead=(_next_step(week),),
            sections=tuple(section for part in _SECTIONS for section in part(week)),
            footer=footer_text(),
        )


def _next_step(week: Week) -> Paragraph:
    step = week.next_step
    if step.is_tip:
        return Paragraph(step.text, lead=_("What to change:"), link="#tips", style="lead")
    return Paragraph(step.text, command=step.command, style="lead")


def _clinician_section(week: Week) -> Iterator[Section]:
    return clinician_sections(week.soreness_alerts)


def clinician_sections(notices: Iterable[Notice]) -> Iterator[Section]:
    """Yield the advice to see a clinician, if any alert calls for it."""
    reasons = tuple(Paragraph(notice.why, lead=notice.message) for notice in notices)
    if not reasons:
        return
    advice = guidance.clinician_advice()
    flags = BulletList(tuple(ListItem("", flag) for flag in advice.flags), style="")
    emergency = Paragraph(advice.emergency, style="emergency")
    blocks: tuple[Block, ...] = (*reasons, Paragraph(advice.lead), flags, emergency)
    yield Section(advice.title, blocks, id="clinician", style="clinician")


def _introduction(week: Week) -> Iterator[Section]:
    if week.is_empty:
        text = _(
            "How sore you were beside what you ran; what your soreness goes together with, and how sure that "
            "is; at most three things to try; and when your shoes are due."
        )
        yield Section(_("What this page will show"), (Paragraph(text),))


def _numbers_section(week: Week) -> Iterator[Section]:
    if week.is_empty:
        return
    titles = ("", _("This week"), _("Usually")) if week.usual.weeks else ("", _("This week"))
    tiles = NumberTiles(titles, tuple(_number_tiles(week)))
    yield Section(_("The week in numbers"), (Paragraph(_usual_note(week), quiet=True), tiles))


def _usual_note(week: Week) -> str:
    if not week.usual.weeks:
        return _("Nothing is known of the weeks before. Next week will stand beside this one.")
    if not week.complete:
        text = _("Up to {day}. “Usually” is the same days of the weeks before; today is not over.")
        return text.format(day=units.day(week.days_so_far.last))
    text = ngettext(
        "“Usually” is the week before.", "“Usually” is the mean of the {n} weeks before.", week.usual.weeks
    )
    return text.format(n=week.usual.weeks)


def _number_tiles(week: Week) -> Iterator[NumberTile]:
    now, usual, unit = week.totals, week.usual, week.units
    soreness = _("Soreness, {area}").format(area=units.area(week.area))
    for label, value, before in (
        (soreness, units.number(now.soreness_mean), units.number(usual.soreness_mean)),
        (_("Worst rating"), units.number(now.soreness_max, 0), units.number(usual.soreness_max)),
        (_("Ratings"), units.number(now.ratings, 0), units.number(usual.ratings)),
        (_("Runs"), units.number(now.runs, 0), units.number(usual.runs)),
        (_("Distance"), units.distance(now.distance_m, unit), units.distance(usual.distance_m, unit)),
        (_("Moving time"), units.duration(now.moving_s), units.duration(usual.moving_s)),
    ):
        known = bool(usual.weeks) and before != units.UNKNOWN
        yield NumberTile(label, value, before, _("usually {value}").format(value=before) if known else "")


def _soreness_section(week: Week) -> Iterator[Section]:
    if week.is_empty:
        return
    blocks: list[Block] = list(_charts(week, "soreness_and_load"))
    if not blocks:
        blocks.append(Paragraph(_("No run and no rating in five weeks.")))
    elif week.load_note:
        blocks.append(Paragraph(week.load_note, quiet=True))
    body, days = tuple(_charts(week, "body")), tuple(_day_blocks(week))
    if body or days:
        blocks.append(SideBySide(body, days))
    yield Section(_("Soreness and load"), tuple(blocks))


def _charts(week: Week, name: str, *, note: str = "", folded: str = "") -> Iterator[ChartBlock]:
    """Yield a chart of the week, if it has something to show."""
    if name in week.charts:
        data = week.charts[name]
        yield ChartBlock(name, data, data.title, folded=folded, note=note)


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
        *((_("Run"), _("Load")) if week.total_runs else ()),
        *(units.capital(units.area(area)) for area in own),
        *((_("Worst elsewhere"),) if elsewhere else ()),
    ]
    yield Table(
        tuple(titles),
        tuple(tuple(_day_cells(day, week, own, elsewhere)) for day in week.days),
        caption=_("Day by day"),
        words=(len(titles) - 1,) if elsewhere else (),
        style="days",
    )
    loads = _("Load in {unit}.").format(unit=_(units.load_unit(week.load_kind, week.units)))
    scale = _("Soreness is the day’s worst rating, 0 none to 10 worst; – is not known.")
    yield Paragraph(f"{loads} {scale}" if week.total_runs else scale, quiet=True)


def _day_cells(day: Day, week: Week, own: list[str], elsewhere: list[str]) -> Iterator[str]:
    yield units.day(day.day)
    if week.total_runs:
        yield units.distance(day.distance_m, week.units) if day.runs else _("none")
        yield units.number(units.load_in(day.load, week.load_kind, week.units), 0)
    for area in own:
        yield units.number(day.soreness.get(area), 0)
    if elsewhere:
        rated = [area for area in elsewhere if area in day.soreness]
        worst = max(rated, key=lambda area: day.soreness[area], default=None)
        yield (
            f"{units.area(worst)} {units.number(day.soreness[worst], 0)}"
            if worst is not None
            else units.UNKNOWN
        )


def _tips_section(week: Week) -> Iterator[Section]:
    if week.tips:
        tips = tuple(_tip_block(number, chosen) for number, chosen in enumerate(week.tips, start=1))
        labels = (_("Why now"), _("How"), _("Evidence"))
        yield Section(_("What to change"), (TipList(labels, tips),), id="tips")


def _tip_block(number: int, chosen: ChosenTip) -> TipBlock:
    tip = chosen.tip
    source = _("Source: {source}.").format(source=tip.source)
    return TipBlock(
        title=f"{number}. {tip.title}",
        why_now=chosen.why_now,
        how=f"{tip.how} {tip.why}",
        grade=f"{units.capital(_(tip.grade))}.",
        evidence=f"{tip.evidence} {source}",
    )


def _alerts_section(week: Week) -> Iterator[Section]:
    if week.other_alerts:
        explained = {chosen.why_now for chosen in week.tips}
        items = tuple(_alert_item(notice, explained) for notice in week.other_alerts)
        yield Section(_("Keep an eye on"), (BulletList(items, full=MOST_FULL_ALERTS),))


def _alert_item(notice: Notice, explained: set[str]) -> ListItem:
    """Return the alert; why it is one, unless a tip says that already; since when, and how well known."""
    (grade,) = (rule.grade for rule in ALERTS if rule.kind == notice.kind)
    since = _("Since {day}. Evidence: {grade}.").format(day=units.day(notice.since), grade=_(grade))
    note = since if notice.why in explained else f"{notice.why} {since}"
    return ListItem(notice.message, notice.todo, note, style=notice.severity)


def _findings_section(week: Week) -> Iterator[Section]:
    if not week.is_empty:
        links = _charts(week, "exposure") if week.has_links else ()
        blocks = (*finding_blocks(week), *links, *_charts(week, "streaks"))
        yield Section(_("What it goes together with"), blocks)


def _trials_section(week: Week) -> Iterator[Section]:
    """Yield the runner's own trials, and which one would tell more."""
    if week.trials:
        note = _("Here lots decide which run goes which way, so what they show is more than going together.")
        trials = TrialList(tuple(map(_trial_item, week.trials)))
        yield Section(_("Your own plans"), (Paragraph(note, quiet=True), trials))
    if week.suggestion is not None:
        idea = Paragraph(week.suggestion.sentence, command=week.suggestion.command)
        yield Section(_("What would tell more"), (idea,))


def _trial_item(trial: TrialStatus) -> ListItem:
    title = _("Plan {id}: {first} or {second}")
    text = trial.sentence
    if trial.next_day is not None:
        following = _("Next, on {day}: {way}.").format(day=units.day(trial.next_day), way=trial.next_way)
        text = f"{text} {following}"
    return ListItem(title.format(id=trial.id, first=trial.first, second=trial.second), text)


def _shoes_section(week: Week) -> Iterator[Section]:
    if week.shoes:
        bars = ShoeBars(tuple(_shoe_bar(shoe, week.units) for shoe in week.shoes))
        yield Section(_("Shoes"), (bars, Paragraph(_rotation_note(week), quiet=True)))
    elif week.total_runs:
        none = _("No shoes yet. Tell runlog which pair you run in, and it counts the distance:")
        yield Section(_("Shoes"), (Paragraph(none, command="runlog shoes add NAME"),))


def _rotation_note(week: Week) -> str:
    convention = guidance.evidence("shoe-limits").quote()
    pairs = sum(shoe.share_28d > 0 for shoe in week.shoes)
    if not pairs:
        return convention
    turns = ngettext(
        "All runs of the last 28 days with a known pair were in one.",
        "In the last 28 days {n} pairs took turns.",
        pairs,
    )
    return f"{turns.format(n=pairs)} {convention}"


def _shoe_bar(shoe: ShoeInUse, unit: str) -> ShoeBar:
    worn, limit = (units.distance(metres, unit, 0) for metres in (shoe.worn_m, shoe.limit_m))
    text = shoe_forecast(shoe, unit)
    if shoe.share_28d > 0:
        share = _("{share} of your runs in 28 days.").format(share=units.percent(shoe.share_28d))
        text = f"{text} {share}"
    return ShoeBar(
        name=shoe.name,
        used=_("{worn} of {limit}").format(worn=worn, limit=limit),
        percent=100.0 if shoe.is_over else 100 * shoe.worn_m / shoe.limit_m,
        over=shoe.is_over,
        text=text,
    )


def shoe_forecast(shoe: ShoeInUse, unit: str) -> str:
    """Return when a pair comes to its limit, or since when it is over it."""
    limit, left = (units.distance(metres, unit, 0) for metres in (shoe.limit_m, shoe.left_m))
    if shoe.is_over:
        if shoe.expected is None:
            return _("Over its limit of {limit}.").format(limit=limit)
        return _("Over its limit of {limit} since {day}.").format(limit=limit, day=units.day(shoe.expected))
    if shoe.expected is None:
        idle = _("{left} left, not or hardly in use.") if shoe.runs else _("{left} left, no run in it yet.")
        return idle.format(left=left)
    day = units.day(shoe.expected, weekday=False, year=True)
    if shoe.expected_low and shoe.expected_high and shoe.expected_low < shoe.expected_high:
        days = units.days(shoe.expected_low, shoe.expected_high)
        return _("{left} left, at its limit around {day} ({days}).").format(left=left, day=day, days=days)
    return _("{left} left, at its limit around {day}.").format(left=left, day=day)


def _routes_section(week: Week) -> Iterator[Section]:
    if not week.total_runs:
        return
    if not week.routes:
        none = _("No run with GPS in the last 28 days, so no routes. Record positions on your next run.")
        yield Section(_("Routes"), (Paragraph(none),))
        return
    titles = (_("Route"), _("Of 28 days’ runs"), _("Runs in all"), _("In a row now"), _("At most"))
    rows = (
        (
            route.name or route.route,
            units.percent(route.share_28d),
            str(route.runs),
            str(route.streak),
            str(route.longest_streak),
        )
        for route in week.routes
    )
    labels = (
        f"{route.route}, {distance}" if route.name else distance
        for route in week.routes
        for distance in (units.distance(route.distance_m, week.units),)
    )
    blocks: tuple[Block, ...] = (
        *_charts(week, "route_maps"),
        Table(titles, tuple(rows), row_notes=tuple(labels)),
        *_charts(week, "routes", note=_("From the dashed line on, an alert speaks of it.")),
    )
    yield Section(_("Routes"), blocks)


def _form_section(week: Week) -> Iterator[Section]:
    if not week.form_values:
        return
    titles = (_("Mean of the runs"), _("This week"), _("Usually"), _("By the last third"))
    rows = (
        (
            value.label,
            units.number(value.now, value.digits),
            units.number(value.usual, value.digits),
            units.number(value.drift, value.digits, signed=True),
        )
        for value in week.form_values
    )
    note = _("It follows the pace, and is a description; nothing is known of it about the back.")
    chart = tuple(_charts(week, "form", folded=_("Run by run, half a year")))
    blocks: tuple[Block, ...] = (
        *(Paragraph("", lead=block.finding) for block in chart),
        Table(titles, tuple(rows)),
        Paragraph(note, quiet=True),
        *chart,
    )
    yield Section(_("Running form"), blocks, style="together")


def _other_habits_section(week: Week) -> Iterator[Section]:
    if week.other_habits:
        rows = (
            (habit.label, habit.now_text or units.UNKNOWN, habit.usual_text or units.UNKNOWN)
            for habit in week.other_habits
        )
        table = Table((_("Habit"), _("This week"), _("Usually")), tuple(rows), words=(1, 2))
        yield Section(_("Besides running"), (table,), style="together")


def _missing_section(week: Week) -> Iterator[Section]:
    if week.missing:
        items = (ListItem(f"{gap.what}.", gap.then, command=gap.command) for gap in week.missing)
        yield Section(_("To know more"), (BulletList(tuple(items), style="missing"),))


_SECTIONS = (
    _clinician_section,
    _introduction,
    _numbers_section,
    _soreness_section,
    _tips_section,
    _alerts_section,
    _findings_section,
    _trials_section,
    _shoes_section,
    _routes_section,
    _form_section,
    _other_habits_section,
    _missing_section,
)
