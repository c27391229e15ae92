"""``runlog serve``: it starts, says where, and ends; devices are listed and revoked."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial

import pytest
from click.testing import CliRunner

import runlog
from runlog.cli import main
from runlog.web import server
from runlog.web.pairing import Devices

OPENSSL = shutil.which("openssl")


def serve(home, *options):
    return CliRunner().invoke(main, ["--home", str(home), "serve", *options])


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_it_starts_answers_and_ends(tmp_path):
    command = [sys.executable, "-m", "runlog", "--home", tmp_path / "home", "serve", "--port", "0", "--phone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        address = re.search(r"http://localhost:\d+/", first)[0]
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own address
            page = answer.read().decode()
            assert "Server" not in answer.headers
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "How sore is your upper back now?" in page
    assert process.returncode == 0
    assert "Traceback" not in err
    assert "Stopped serving." in err
    said = out + err
    assert "only those that you pair see anything" in said or "in no network" in said
    assert list((tmp_path / "home" / "web" / "uploads").iterdir()) == []


def test_a_port_that_is_taken_says_who_to_ask(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = serve(tmp_path / "home", "--port", str(port))
    assert done.exit_code == 1
    assert f"port {port} is taken" in done.stderr
    assert f"--port {port + 1}" in done.stderr


def test_devices_are_listed_and_revoked(tmp_path):
    home = tmp_path / "home"
    assert "No device is paired" in serve(home, "--devices").stdout
    Devices(home).add("Safari, iPhone\x1b[31m", datetime.now(UTC))
    listed = serve(home, "--devices").stdout
    assert "Safari, iPhone" in listed
    assert "\x1b[31m" not in listed
    number = re.search(r"^\s*([0-9a-f]{8})", listed, re.MULTILINE)[1]
    assert "Revoked" in serve(home, "--revoke", number).stdout
    done = serve(home, "--revoke", number)
    assert done.exit_code == 1
    assert "no device" in done.stderr
    assert "No device is paired" in serve(home, "--devices").stdout


def test_the_files_of_devices_are_their_owners_alone(tmp_path):
    Devices(tmp_path).add("x", datetime.now(UTC))
    (file,) = (tmp_path / "web" / "devices").iterdir()
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
        assert file.parent.stat().st_mode & 0o077 == 0


def test_a_certificate_needs_its_key(tmp_path):
    (tmp_path / "cert.pem").write_text("x")
    done = serve(tmp_path / "home", "--tls-cert", str(tmp_path / "cert.pem"))
    assert done.exit_code == 2
    both = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "cert.pem"))
    done = serve(tmp_path / "home", "--port", "0", *both)
    assert done.exit_code == 1
    assert "no certificate with its key" in done.stderr


def test_without_phone_nobody_else_reaches_it(tmp_path):
    serving = server.prepare(tmp_path / "home", port=0)
    try:
        assert serving.phone_address == ""
        assert serving.access.hosts == frozenset()
    finally:
        serving.close()


@pytest.mark.skipif(os.name != "posix", reason="it is killed by a signal")
def test_killed_in_the_middle_of_an_upload_the_store_is_whole(tmp_path):
    home = tmp_path / "home"
    command = [sys.executable, "-m", "runlog", "--home", home, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        port = int(re.search(r"localhost:(\d+)", process.stdout.readline())[1])
        with socket.create_connection(("localhost", port)) as connection:
            head = f"POST /add HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
            head += "Content-Length: 900000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
            part = '--b\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
            connection.sendall(head.encode() + part.encode() + b"x" * 700_000)
            process.kill()
        process.wait(timeout=60)
    with runlog.open(home) as journal:
        assert journal.doctor().ok
        assert journal.activities() == []


def test_neither_silence_nor_a_strangers_large_body_holds_the_server_up(tmp_path):
    command = [sys.executable, "-m", "runlog", "--home", tmp_path / "home", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, ExitStack() as stack:
        stack.callback(process.kill)
        port = int(re.search(r"localhost:(\d+)", process.stdout.readline())[1])
        connect = partial(socket.create_connection, ("localhost", port), timeout=120)
        for _ in range(150):
            stack.enter_context(connect()).sendall(b"GET / HTTP/1.1\r\n")
        head = f"POST /add HTTP/1.1\r\nHost: localhost:{port}\r\nX-Forwarded-For: 192.0.2.9\r\n"
        for of_body in ("Content-Length: 9000000\r\n\r\n", f"Content-Length: 9\r\n\r\n{'x' * 9}"):
            with connect() as stranger:
                stranger.sendall((head + of_body).encode())
                answer = stranger.recv(100).decode()
            assert ("413" in answer) == ("9000000" in of_body), answer
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=120) as answer:
            assert "How sore" in answer.read().decode()


@pytest.mark.skipif(
    os.name != "posix" or shutil.which("openssl") is None, reason="no openssl to make a certificate with"
)
def test_over_tls_nobody_is_held_up(tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-keyout", key, "-out", cert, *made],
        check=True,
        capture_output=True,
    )
    command = [sys.executable, "-m", "runlog", "--home", tmp_path / "home", "serve", "--port", "0"]
    command += ["--tls-cert", cert, "--tls-key", key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        port = int(re.search(r"https://localhost:(\d+)", process.stdout.readline())[1])
        with socket.create_connection(("localhost", port)):  # one that says nothing holds up nobody
            trusted = ssl.create_default_context(cafile=cert)
            address = f"https://localhost:{port}/"
            with urllib.request.urlopen(address, timeout=60, context=trusted) as answer:
                assert "How sore" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err
