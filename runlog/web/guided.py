"""Guide a warm-up of five minutes and a cool-down, and record them when they are done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, abort, redirect, render_template, url_for

from runlog.analysis.warmup import GUIDED_DEVICE
from runlog.errors import BadInput
from runlog.i18n import N_, _
from runlog.localtime import offset_seconds
from runlog.model import Activity, Kind
from runlog.web import context, forms

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("guided", __name__)


class Move(NamedTuple):
    """One exercise: its words, how long it takes, and its drawing, lines of an SVG of 100 by 120."""

    name: str
    how: str
    seconds: int
    drawing: str
    head: tuple[int, int] = (50, 20)


def _each_side(left: str, right: str, *same: Any) -> tuple[Move, Move]:  # noqa: ANN401 - what a Move has
    return Move(left, *same), Move(right, *same)


class Routine(NamedTuple):
    """A guided warm-up or cool-down: its words, FIT's name for it, and its exercises."""

    title: str
    intro: str
    done: str
    sub_sport: str
    moves: tuple[Move, ...]

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return sum(move.seconds for move in self.moves)


_LEGS = "M50 72L40 112M50 72L60 112"
_BODY = "M50 30L50 72"

_MARCH = f"{_BODY}M50 72L64 84L60 104M50 72L44 112M50 40L66 52L74 42M50 40L36 54L28 48"
_CIRCLES = f"{_BODY}{_LEGS}M50 40L22 40M50 40L78 40M14 32A10 10 0 1 1 13 47M86 32A10 10 0 1 0 87 47"
_TWIST = f"{_BODY}{_LEGS}M50 40L30 48L44 56M50 40L70 46L58 56M32 62A20 8 0 0 0 68 62M68 62L62 58M68 62L66 68"
_ROLL = f"{_BODY}{_LEGS}M50 38L36 44L34 66M50 38L64 44L66 66M26 36A9 9 0 1 1 27 46M74 36A9 9 0 1 0 73 46"
_SWING = f"{_BODY}M50 72L50 112M50 72L78 100M50 72L26 102M50 42L32 58M50 42L68 58"
_LUNGE = "M46 30L46 70M46 70L68 82L68 108M46 70L26 92L12 106M46 40L70 40M46 40L62 48"
_HUG = f"{_BODY}{_LEGS}M50 40L32 46L58 56M50 40L68 46L42 56"
_CHEST = "M46 30L46 72M46 72L38 112M46 72L58 112M46 40L66 34L66 18M46 42L34 60M72 6L72 112"
_NECK = f"{_BODY}{_LEGS}M50 40L34 30L44 16M50 40L66 62"
_THIGH = f"{_BODY}M50 72L50 112M50 72L58 94L72 80M50 42L70 78M50 42L34 58"
_CALF = "M58 30L50 70M50 70L66 84L62 112M50 70L28 112M58 40L84 44M84 10L84 112"
_CHILD = "M28 94Q46 74 66 90M28 94L22 108L54 108M66 90L94 108"

BEFORE = Routine(
    N_("Warm up, five minutes"),
    N_("Moving stretches make you ready; still ones wait until after the run. Go as far as is comfortable."),
    N_("Warm-up recorded. It counts for the run that begins within 45 minutes."),
    "warm_up",
    (
        Move(N_("March on the spot"), N_("Lift the knees, swing the arms."), 60, _MARCH),
        Move(N_("Arm circles, forwards"), N_("Large and slow, from the shoulder."), 30, _CIRCLES),
        Move(N_("Arm circles, backwards"), N_("Let the shoulder blades move."), 30, _CIRCLES),
        Move(N_("Shoulder rolls"), N_("Up, back and down."), 30, _ROLL),
        Move(N_("Trunk twists"), N_("Turn the upper back to each side, hips to the front."), 45, _TWIST),
        *_each_side(
            N_("Leg swings, left"),
            N_("Leg swings, right"),
            N_("Hold on to something, swing to front and back."),
            30,
            _SWING,
        ),
        Move(N_("Lunges with a turn"), N_("Step forward and turn over that leg; change sides."), 45, _LUNGE),
    ),
)
AFTER = Routine(
    N_("Cool down, five minutes"),
    N_("Walk until your breath is calm, then hold each stretch without bouncing. It may pull, and not hurt."),
    N_("Cool-down recorded. It counts for the run that has just ended."),
    "cool_down",
    (
        Move(N_("Hug yourself"), N_("Push the upper back out, breathe into it."), 40, _HUG),
        *_each_side(
            N_("Chest, left"),
            N_("Chest, right"),
            N_("Lower arm against a door frame, turn away from it."),
            35,
            _CHEST,
        ),
        Move(
            N_("Neck, both sides"),
            N_("Tilt the head, let the shoulder hang; change sides."),
            40,
            _NECK,
        ),
        *_each_side(
            N_("Front of the thigh, left"),
            N_("Front of the thigh, right"),
            N_("Heel to the seat, knees together."),
            30,
            _THIGH,
        ),
        *_each_side(
            N_("Calf, left"),
            N_("Calf, right"),
            N_("Hands to a wall, heel to the ground."),
            30,
            _CALF,
            (60, 20),
        ),
        Move(N_("Child’s pose"), N_("Sit on the heels, arms long, the back round."), 30, _CHILD, (76, 96)),
    ),
)
ROUTINES = {"before": BEFORE, "after": AFTER}

#: Less is no warm-up; of what was open for longer, nobody knows when it was done.
_LEAST_S, _MOST_S = 120, 1800
TOO_SHORT = N_("That was less than two minutes, so it was not recorded.")


@blueprint.get("/<any(before, after):which>")
def show(which: str) -> str:
    """Show the exercises, with a timer where the browser runs one."""
    return render_template(
        "guided.html",
        which=which,
        routine=ROUTINES[which],
        opened=int(context.now().timestamp()),
    )


@blueprint.post("/<any(before, after):which>")
def finish(which: str) -> Response:
    """Record that it was done, with its time."""
    routine = ROUTINES[which]
    with forms.sent_once(context.site().keys, context.now()) as (moment, _is_first):
        seconds = _seconds_taken(moment, routine.seconds)
        if seconds < _LEAST_S:
            raise BadInput(_(TOO_SHORT))
    start = moment - timedelta(seconds=seconds)
    local = start.astimezone(context.settings().zone)
    context.journal().record(
        Activity(
            start=start.astimezone(UTC),
            duration_s=float(seconds),
            sport="training",
            sub_sport=routine.sub_sport,
            kind=Kind.HABIT,
            device=GUIDED_DEVICE,
            utc_offset_s=offset_seconds(local),
        )
    )
    return redirect(url_for("now.show", done=which), 303)


def _seconds_taken(moment: datetime, planned: int) -> int:
    """Return how long it took: as the timer has counted, else since the page was opened."""
    counted = forms.whole("seconds")
    opened = forms.whole("opened")
    if counted is None and opened is None:
        abort(400)
    seconds = counted if counted is not None else round(moment.timestamp()) - (opened or 0)
    return planned if seconds > _MOST_S else max(0, seconds)
