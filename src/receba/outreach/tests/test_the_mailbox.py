"""The local mailbox: a real SMTP server that keeps each company's mail apart and lets nothing out."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from receba.outreach import mailbox, queries
from receba.outreach.channels.email import transport

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.fixture
def post_office(settings, tmp_path):
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.MAILBOX, settings.DEMO = tmp_path / "mailbox", True
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    controller = mailbox.start_mailbox("127.0.0.1", settings.EMAIL_PORT, settings.MAILBOX)
    yield settings.MAILBOX
    controller.stop()


def drop(port: int, headers: str, body: str = "Olá") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.sendmail("a@exemplo.example", ["b@exemplo.example"], f"{headers}\r\n\r\n{body}".encode())


def test_in_the_demo_mail_travels_by_smtp_and_stays_here(stage, post_office):
    (message,) = stage.ready("jose@exemplo.example")
    assert stage.send().counts == {"sent": 1}
    stage.again(message)
    assert message.test_mode and message.provider_response == "250 2.0.0 kept"
    (letter,) = queries.mailbox(stage.scope)
    assert (letter.to, letter.subject) == ("jose@exemplo.example", message.subject)
    opened = queries.letter(stage.scope, letter.name)
    assert "Talvez tenha passado despercebido" in opened.text
    assert "<table" in opened.html


def test_the_demo_never_reaches_another_machines_server(settings, stage, tmp_path):
    settings.DEMO, settings.MAILBOX, settings.EMAIL_HOST = True, tmp_path, "smtp.provedor.example"
    assert isinstance(transport.mailer_for(stage.cast.serra_azul), transport.MailboxMailer)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody serves there
    assert isinstance(transport.mailer_for(stage.cast.serra_azul), transport.MailboxMailer)


def test_a_company_sees_its_own_mail_only(post_office, settings):
    port = settings.EMAIL_PORT
    drop(port, "X-Receba-Company: 7\r\nSubject: sete")
    drop(port, "X-Receba-Company: 8\r\nSubject: oito")
    drop(port, "Subject: de ninguem")
    assert [letter.subject for letter in mailbox.letters(post_office, 7)] == ["sete"]
    (eight,) = mailbox.letters(post_office, 8)
    assert mailbox.open_letter(post_office, 7, eight.name) is None
    assert mailbox.open_letter(post_office, 8, eight.name).letter.subject == "oito"


@pytest.mark.parametrize("company", ["../../etc", "7/../8", "\u0667", "", "7 8"])
def test_a_header_cannot_choose_a_folder(tmp_path, company):
    path = mailbox.store(tmp_path, f"X-Receba-Company: {company}\r\n\r\nx".encode(), ["a@b"])
    assert path.parent == tmp_path / "0"


@pytest.mark.parametrize("name", ["../8/x.eml", "x.eml", "", "00000000000000000001-0123456789ab.part"])
def test_a_name_cannot_leave_the_folder(tmp_path, name):
    assert mailbox.open_letter(tmp_path, 7, name) is None


def test_newest_first_and_odd_mail_does_no_harm(post_office, settings):
    drop(settings.EMAIL_PORT, "X-Receba-Company: 7\r\nSubject: =?utf-8?q?Ol=C3=A1?=\r\nDate: ontem")
    drop(settings.EMAIL_PORT, "X-Receba-Company: 7\r\nContent-Type: text/html", "<script>x</script>")
    html, plain = mailbox.letters(post_office, 7)
    assert (plain.subject, plain.at) == ("Olá", None)
    opened = mailbox.open_letter(post_office, 7, html.name)
    assert opened.text == "" and "<script>" in opened.html


def test_what_cannot_be_kept_is_not_accepted(post_office, settings):
    (post_office / "7").write_text("a file where the folder should be")
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        drop(settings.EMAIL_PORT, "X-Receba-Company: 7")
    assert refusal.value.smtp_code == 451


@pytest.mark.parametrize("header", ["Mon, 23 Nov 2026 19:00:00 -0000", "Mon, 23 Nov 2026 16:00:00 -0300"])
def test_the_hour_of_a_letter_is_that_of_its_header(tmp_path, header):
    mailbox.store(tmp_path, f"X-Receba-Company: 3\r\nDate: {header}\r\n\r\nx".encode(), ["a@b.example"])
    (letter,) = mailbox.letters(tmp_path, 3)
    assert letter.at == datetime(2026, 11, 23, 19, tzinfo=UTC)
