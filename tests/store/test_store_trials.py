"""Plans are kept as they were drawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from runlog import store
from runlog.errors import BadInput, NotFound, StoreError
from runlog.model import Area, Plan, PlannedRun
from runlog.store import checks, trials

MADE = datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)
HOSTILE = "'; DROP TABLE plan; --\n\x1b[31m\u202e"


def drawn(**more):
    runs = tuple(PlannedRun(date(2026, 5, 4) + timedelta(days=i), i in (1, 2)) for i in range(4))
    values = {
        "id": 0,
        "factor": "shoes",
        "area": Area.NECK,
        "first": HOSTILE,
        "second": "Blue",
        "effect": 1.5,
    }
    return Plan(**values | {"seed": 2**32 - 1, "made": MADE, "runs": runs} | more)


@pytest.fixture
def stored(tmp_path):
    with store.open(tmp_path) as opened:
        yield opened


def add(stored, plan):
    with stored.writing() as db:
        return trials.add_trial(db, plan)


def everything(stored):
    with stored.reading() as db:
        return trials.read_trials(db)


def test_a_plan_comes_back_as_it_was_drawn(stored):
    one, other = drawn(), drawn(factor="warmup", made=MADE + timedelta(days=1))
    assert [add(stored, one), add(stored, other)] == [1, 2]
    assert everything(stored) == [replace(one, id=1), replace(other, id=2)]
    assert stored.read_snapshot().plans == everything(stored)


def test_a_plan_is_given_up_once(stored):
    add(stored, drawn())
    moment = MADE + timedelta(days=3)
    with stored.writing() as db:
        assert trials.cancel_trial(db, 1, moment).cancelled == moment
    with pytest.raises(BadInput, match="already cancelled, on 2026-05-04"), stored.writing() as db:
        trials.cancel_trial(db, 1, moment)
    assert everything(stored)[0].runs == drawn().runs


def test_what_is_not_there_names_what_is(stored):
    with pytest.raises(NotFound, match="there is none yet"), stored.reading() as db:
        trials.read_trial(db, 7)
    add(stored, drawn())
    with pytest.raises(NotFound, match="no trial 7; there are 1"), stored.reading() as db:
        trials.read_trial(db, 7)


def put_back(stored, *exported):
    with stored.writing() as db:
        return trials.import_trials(db, exported)


def test_plans_of_an_export_come_back_with_their_ids_once(stored):
    given_up = drawn(id=9, cancelled=MADE + timedelta(days=2))
    assert put_back(stored, drawn(id=4, seed=5), given_up) == 2
    assert put_back(stored, drawn(id=4, seed=5), given_up) == 0
    assert everything(stored) == [drawn(id=4, seed=5), given_up]


def test_a_plan_whose_id_is_taken_gets_another_and_is_known_again(stored):
    add(stored, drawn(factor="route"))
    assert put_back(stored, drawn(id=1)) == 1
    assert put_back(stored, drawn(id=1)) == 0
    assert everything(stored)[1] == drawn(id=2)


def test_that_a_plan_was_given_up_is_learnt(stored):
    add(stored, drawn())
    moment = MADE + timedelta(days=2)
    assert put_back(stored, drawn(id=1, cancelled=moment)) == 1
    assert everything(stored) == [drawn(id=1, cancelled=moment)]
    assert put_back(stored, drawn(id=1)) == 0
    assert everything(stored)[0].cancelled == moment


def test_a_plan_that_has_lost_a_run_is_found_by_the_doctor_and_no_traceback(stored):
    add(stored, drawn())
    add(stored, drawn(seed=3))
    with stored.writing() as db:
        db.execute("DELETE FROM planned_run WHERE plan_id = 2 AND position = 3")
    with stored.reading() as db:
        found = {one.check: one for one in checks.check_database(db)}
    assert found["plan_lost"].wrong
    assert "runs are lost of 1 plan (2)" in found["plan_lost"].message
    with pytest.raises(StoreError, match="damaged"):
        everything(stored)
