"""A port that is taken is no accident: the mailbox moves aside, the web server says what to do."""

from __future__ import annotations

import smtplib
import socket

import pytest

from receba.config import serving


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_mailbox_takes_another_port_and_tells_the_children(taken, settings, tmp_path):
    settings.DEMO, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", taken
    settings.MAILBOX = tmp_path / "mailbox"
    env: dict[str, str] = {}
    mailbox = serving._mailbox(env)
    try:
        assert int(env["RECEBA_SMTP_PORT"]) != taken
        with smtplib.SMTP("127.0.0.1", int(env["RECEBA_SMTP_PORT"])) as smtp:
            smtp.sendmail("a@exemplo.example", ["b@exemplo.example"], "Subject: oi\n\noi")
    finally:
        mailbox.stop()
    assert any(settings.MAILBOX.iterdir())


def test_a_taken_port_shows(taken):
    assert not serving.is_free("127.0.0.1", taken)
