"""What becomes of an alert from day to day, in the pure function and in the store."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import made_home
import pytest
from hypothesis import given
from hypothesis import strategies as st

import runlog
from runlog import alert_states
from runlog.errors import BadInput, NotFound
from runlog.model import SEVERITIES, Entry
from runlog.reporter.alerts import Notice

if TYPE_CHECKING:
    from runlog.records import StoredAlert

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def notice(subject="Glide", severity="info", kind="shoe_limit"):
    return Notice(subject, severity, f"{subject} is {severity}.", "Why.", date(2026, 3, 1), "Do.", kind)


def numbered(alerts):
    """Number the new ones, as the store does."""
    last = max((alert.id for alert in alerts), default=0)
    return [
        replace(alert, id=last + place + 1) if alert.id == alert_states.UNSAVED_ID else alert
        for place, alert in enumerate(alerts)
    ]


def after(known, *notices, days=1):
    return numbered(alert_states.update_alerts(known, notices, START + days * DAY))


def states(alerts, days=1):
    return [alert_states.alert_state(alert, START + days * DAY) for alert in alerts]


# The pure function


def test_a_cause_comes_notifies_once_ends_and_comes_again():
    known = after([], notice())
    assert states(known) == ["new"]
    known = [
        alert_states.mark_notified(alert, START + DAY)
        for alert in alert_states.due_alerts(known, START + DAY)
    ]
    known = after(known, notice(), days=2)
    assert states(known, 2) == ["notified"]
    assert alert_states.due_alerts(known, START + 2 * DAY) == []
    known = after(known, days=3)
    assert states(known, 3) == ["resolved"]
    assert after(known, days=4) == known, "the end stays where it was"
    (again,) = after(known, notice(), days=5)
    assert states([again], 5) == ["new"]
    assert (again.id, again.began) == (1, START + 5 * DAY)


def test_who_knows_hears_no_more_until_it_grows_worse():
    (alert,) = after([], notice())
    alert = alert_states.acknowledge_alert(alert_states.mark_notified(alert, START + DAY), START + DAY)
    known = after([alert], notice(), days=9)
    assert states(known, 9) == ["acknowledged"]
    known = after(known, notice(severity="warn"), days=10)
    assert states(known, 10) == ["new"]
    assert known[0].message == "Glide is warn."


def test_a_severity_that_goes_and_comes_is_one_crossing():
    (alert,) = after([], notice(severity="warn"))
    known = [alert_states.acknowledge_alert(alert, START + DAY)]
    for days, severity in enumerate(("info", "warn", "info", "warn"), 2):
        known = after(known, notice(severity=severity), days=days)
        assert states(known, days) == ["acknowledged"]
        assert known[0].severity == severity


def test_a_snooze_ends_with_one_more_word():
    (alert,) = after([], notice())
    alert = alert_states.mark_notified(alert, START + DAY)
    known = [alert_states.snooze_alert(alert, START + 5 * DAY, START + 2 * DAY)]
    assert states(known, 4) == ["snoozed"]
    assert states(known, 5) == ["new"], "also before anybody has looked"
    known = after(known, notice(), days=5)
    assert states(known, 5) == ["new"]
    known = [alert_states.mark_notified(alert, START + 5 * DAY) for alert in known]
    assert states(after(known, notice(), days=6), 6) == ["notified"]


def test_a_snooze_does_not_outlive_its_cause():
    (alert,) = after([], notice())
    known = after([alert_states.snooze_alert(alert, START + 9 * DAY, START + DAY)], days=2)
    assert states(known, 2) == ["resolved"]
    assert states(after(known, notice(), days=3), 3) == ["new"]


def test_waking_is_no_word_sent():
    (alert,) = after([], notice())
    notified = alert_states.mark_notified(alert, START + DAY)
    for silent in (
        alert_states.acknowledge_alert(notified, START),
        alert_states.snooze_alert(notified, START + 9 * DAY, START),
    ):
        assert states([alert_states.wake_alert(silent)]) == ["notified"]


def test_what_is_over_takes_no_word():
    (over,) = after(after([], notice()), days=2)
    for step in (
        lambda: alert_states.acknowledge_alert(over, START),
        lambda: alert_states.snooze_alert(over, START + 9 * DAY, START),
        lambda: alert_states.wake_alert(over),
    ):
        with pytest.raises(BadInput, match="alert 1 is over"):
            step()
    with pytest.raises(BadInput, match="still to come"):
        alert_states.snooze_alert(replace(over, resolved=None), START, START)


_SUBJECTS = st.sampled_from(["Glide", "Pacer"])
_DAYS = st.lists(
    st.tuples(
        st.dictionaries(_SUBJECTS, st.sampled_from(SEVERITIES), max_size=2),
        st.lists(st.tuples(st.sampled_from(["ack", "snooze", "wake", "nothing"]), _SUBJECTS), max_size=2),
    ),
    max_size=25,
)


def _act(known: list[StoredAlert], word: str, subject: str, now: datetime) -> list[StoredAlert]:
    steps = {
        "ack": lambda alert: alert_states.acknowledge_alert(alert, now),
        "snooze": lambda alert: alert_states.snooze_alert(alert, now + 3 * DAY, now),
        "wake": alert_states.wake_alert,
        "nothing": lambda alert: alert,
    }
    holds = [alert.subject == subject and alert.resolved is None for alert in known]
    return [steps[word](alert) if this else alert for alert, this in zip(known, holds, strict=True)]


@given(_DAYS)
def test_whatever_happens_each_crossing_notifies_once_and_nothing_is_lost(days):
    known: list[StoredAlert] = []
    allowed: dict[str, int] = {}  # words that may be sent: one for each coming, worsening and end of a snooze
    sent: dict[str, int] = {}
    worst: dict[str, str] = {}
    for number, (holding, words) in enumerate(days):
        now = START + number * DAY
        for subject in ("Glide", "Pacer"):
            if subject not in holding:
                worst.pop(subject, None)
            elif subject not in worst or SEVERITIES.index(holding[subject]) < SEVERITIES.index(
                worst[subject]
            ):
                worst[subject] = holding[subject]
                allowed[subject] = allowed.get(subject, 0) + 1
        before = known
        known = numbered(alert_states.update_alerts(known, [notice(*one) for one in holding.items()], now))
        assert [alert.id for alert in known][: len(before)] == [alert.id for alert in before]
        assert (
            len({(alert.kind, alert.subject) for alert in known}) == len(known) == len({a.id for a in known})
        )
        assert {alert.subject for alert in known if alert.resolved is None} == set(holding)
        assert alert_states.update_alerts(known, [notice(*one) for one in holding.items()], now) == known, (
            "looking twice"
        )
        for alert in alert_states.due_alerts(known, now):
            sent[alert.subject] = sent.get(alert.subject, 0) + 1
        due = {alert.id for alert in alert_states.due_alerts(known, now)}
        known = [alert_states.mark_notified(alert, now) if alert.id in due else alert for alert in known]
        assert not alert_states.due_alerts(known, now)
        for word, subject in words:
            known = _act(known, word, subject, now)
            if word == "snooze" and subject in holding:
                allowed[subject] += 1
    assert all(sent.get(subject, 0) <= allowed.get(subject, 0) for subject in ("Glide", "Pacer"))


@given(_DAYS)
def test_without_an_answer_every_crossing_notifies(days):
    known: list[StoredAlert] = []
    worst: dict[str, str] = {}
    for number, (holding, _words) in enumerate(days):
        now = START + number * DAY
        known = numbered(alert_states.update_alerts(known, [notice(*one) for one in holding.items()], now))
        crossed = {
            subject
            for subject, severity in holding.items()
            if subject not in worst or SEVERITIES.index(severity) < SEVERITIES.index(worst[subject])
        }
        assert {alert.subject for alert in alert_states.due_alerts(known, now)} == crossed
        known = [
            alert_states.mark_notified(alert, now) if alert.subject in crossed else alert for alert in known
        ]
        worst = {
            subject: min(severity, worst.get(subject, severity), key=SEVERITIES.index)
            for subject, severity in holding.items()
        }


# In the journal


@pytest.fixture
def sore(tmp_path):
    """A home in which the back was very sore today."""
    folder = tmp_path / "home"
    with runlog.open(folder) as journal:
        journal.log(Entry(START - timedelta(hours=1), 3600, soreness=8.0))
        journal.log(Entry(START - timedelta(hours=1), 3600, soreness=9.0, area=runlog.model.Area.KNEE))
    return folder


def looked(journal, now=START):
    return journal.alerts.update(journal.history(), now)


def test_states_are_kept_from_day_to_day(sore):
    with runlog.open(sore) as journal:
        first, second = looked(journal)
        assert (first.id, second.id) == (1, 2)
        assert first.began == START
        journal.alerts.notified([1], START)
        journal.alerts.acknowledge([1], START)
        journal.alerts.snooze([2], START + DAY, START)
    with runlog.open(sore) as journal:
        assert journal.alerts.all() == looked(journal)
        assert [alert_states.alert_state(one, START) for one in journal.alerts.all()] == [
            "acknowledged",
            "snoozed",
        ]
        looked(journal, START + 9 * DAY)
        assert [alert_states.alert_state(one, START) for one in journal.alerts.all()] == [
            "resolved",
            "resolved",
        ]


def test_the_most_severe_of_several_comes_first(sore):
    with runlog.open(sore) as journal:
        for day in range(1, 6):
            journal.log(Entry(START - day * 4 * DAY, 3600, soreness=5.0))
        assert [(one.id, one.severity) for one in looked(journal)] == [
            (1, "urgent"),
            (2, "urgent"),
            (3, "warn"),
        ]


def test_asking_without_keeping_writes_nothing(sore):
    with runlog.open(sore) as journal:
        assert len(runlog.alerts(journal.history(), START)) == 2
        assert journal.alerts.all() == []


def test_several_at_once_are_changed_all_or_none(sore):
    with runlog.open(sore) as journal:
        looked(journal)
        with pytest.raises(NotFound, match="no alert 7"):
            journal.alerts.acknowledge([1, 7])
        with pytest.raises(BadInput, match="still to come"):
            journal.alerts.snooze([1], START, START)
        assert [alert_states.alert_state(one, START) for one in journal.alerts.all()] == ["new", "new"]
        with pytest.raises(BadInput, match="time zone"):
            looked(journal, datetime(2026, 3, 2, 8))  # noqa: DTZ001 - that is the point


def test_the_states_survive_backup_export_and_doctor(sore, tmp_path):
    with runlog.open(sore) as journal:
        looked(journal)
        journal.alerts.acknowledge([2], START)
        known = journal.alerts.all()
        journal.backup(tmp_path / "backup")
        journal.export(tmp_path / "out")
        assert not [finding for finding in journal.doctor().findings if finding.wrong]
    with runlog.open(tmp_path / "restored") as journal:
        journal.restore(tmp_path / "backup")
    with runlog.open(tmp_path / "restored") as journal:
        assert journal.alerts.all() == known
    with runlog.open(tmp_path / "new") as journal:
        assert journal.add([tmp_path / "out"]).ok
        assert journal.alerts.all() == known
        journal.export(tmp_path / "again")
    assert (tmp_path / "again/journal.json").read_bytes() == (tmp_path / "out/journal.json").read_bytes()


def test_an_export_leaves_alone_what_is_known_here(sore, tmp_path):
    with runlog.open(sore) as journal:
        looked(journal)
        journal.export(tmp_path / "out")
        journal.alerts.acknowledge([1], START)
        known = journal.alerts.all()
        journal.add([tmp_path / "out"])
        assert journal.alerts.all() == known


def test_an_export_from_before_there_were_alerts_is_read(sore, tmp_path):
    with runlog.open(sore) as journal:
        journal.export(tmp_path / "out")
    file = tmp_path / "out/journal.json"
    content = json.loads(file.read_text())
    del content["alerts"]
    file.write_text(json.dumps(content))
    with runlog.open(tmp_path / "new") as journal:
        assert journal.add([tmp_path / "out"]).ok


@pytest.mark.parametrize("wrong", [{"severity": "huge"}, {"worst": None}, {"began": "soon"}, {"id": "x"}])
def test_a_damaged_alert_of_an_export_is_reported(sore, tmp_path, wrong):
    with runlog.open(sore) as journal:
        looked(journal)
        journal.export(tmp_path / "out")
    file = tmp_path / "out/journal.json"
    content = json.loads(file.read_text())
    content["alerts"][0] |= wrong
    file.write_text(json.dumps(content))
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
    assert [one.outcome for one in summary.files if one.path.endswith("journal.json")] == ["failed"]


def test_doctor_tells_of_an_alert_that_cannot_be_read(sore):
    with runlog.open(sore) as journal:
        looked(journal)
    db = sqlite3.connect(sore / "runlog.db")
    db.execute("UPDATE alert SET began = 'soon'")
    db.commit()
    db.close()
    with runlog.open(sore) as journal:
        assert "alert" in {finding.check for finding in journal.doctor().findings}


def test_hostile_names_are_kept_as_they_are(tmp_path):
    made_home.fill(tmp_path / "home")
    hostile = made_home.HOSTILE.replace("\x00", "")
    with runlog.open(tmp_path / "home") as journal, journal._store.writing() as db:
        from runlog.store import alerts

        alerts.save_alerts(db, alert_states.update_alerts([], [notice(hostile)], START))
        (kept,) = alerts.read_alerts(db)
    assert kept.subject == hostile
    shutil.rmtree(tmp_path / "home")
