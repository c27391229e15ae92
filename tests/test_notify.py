"""Messages get to a web server and a mail server on this machine, and say why where they do not."""

from __future__ import annotations

import email
import sys

import pytest
from made_servers import http, smtp

from runlog import notify
from runlog.errors import BadInput, MissingExtra


def test_a_message_gets_to_a_web_server():
    with http() as (port, posted):
        assert notify.send_message([f"json://127.0.0.1:{port}"], "A title", "First line\nä < b") == []
    (message,) = posted
    assert (message["title"], message["message"]) == ("A title", "First line\nä < b")


def test_a_message_gets_to_a_mail_server():
    with smtp() as (port, mails):
        place = f"mailto://127.0.0.1:{port}?from=me@example.org&to=you@example.org&mode=insecure"
        notify.send_message([place], "A title", "Shoes: 812 km")
    (mail,) = map(email.message_from_string, mails)
    assert mail["Subject"] == "A title"
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert "Shoes: 812 km" in text.get_payload(decode=True).decode()


def test_one_that_fails_is_told_without_its_secrets_and_the_others_have_the_message():
    with http() as (good, posted), http(status=500) as (bad, refused):
        places = [f"json://user:secret@127.0.0.1:{bad}", f"json://127.0.0.1:{good}"]
        (failure,) = notify.send_message(places, "A title", "A body")
        with pytest.raises(BadInput, match=r"not sent: notify, entry 1 \(json\): .* 500"):
            notify.send_message(places[:1], "A title", "A body")
    assert (len(posted), len(refused)) == (1, 2)
    assert "secret" not in failure
    assert "500" in failure


def test_nothing_is_sent_where_a_place_is_none():
    with http() as (port, posted), pytest.raises(BadInput, match="notify, entry 2"):
        notify.send_message([f"json://127.0.0.1:{port}", "carrier-pigeon://secret"], "A title", "A body")
    assert posted == []
    with pytest.raises(BadInput, match=r"config\.toml"):
        notify.send_message([], "A title", "A body")


@pytest.mark.parametrize(
    "place",
    [
        "ntfy://127.0.0.1:1/hunter2",
        "ntfy://hunter2:hunter2@127.0.0.1:1/hunter2",
        "mailto://hunter2:hunter2@127.0.0.1:1?from=hunter2@example.org&mode=insecure",
        "json://hunter2:hunter2@127.0.0.1:1/hunter2",
        "tgram://hunter2/hunter2",
        "mailto://hunter2",
        "hunter2",
        "carrier+pigeon://hunter2",
        "discord://hunter2",
        "json://[hunter2",
    ],
)
def test_no_secret_of_a_place_is_shown(place, capfd, caplog):
    with pytest.raises(BadInput, match="notify, entry 1") as told:
        notify.send_message([place], "A title", "A body")
    shown = "".join([str(told.value), *capfd.readouterr(), caplog.text])
    assert "hunter2" not in shown
    assert "@" not in shown


def test_without_apprise_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingExtra, match=r"runlog-analyser\[notify\]"):
        notify.send_message(["json://127.0.0.1:1"], "A title", "A body")
