"""The way to a mail server, watched: of every failure it says whether the server could have taken the message."""

from __future__ import annotations

import contextlib
import smtplib
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from receba.access.models import Company
from receba.outreach import mailbox
from receba.outreach.core.replies import Failure, Outcome, Result, Stage, accepted, judge_reply, judge_silence

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Mailer(Protocol):
    """One way out. `open` returns what prevents it, or ""; `deliver` never raises for what a server does."""

    test_mode: bool

    def open(self) -> str: ...

    def deliver(self, email: EmailMessage) -> Outcome: ...

    def close(self) -> None: ...


class _Watched:
    """Notes how far a conversation has come. The body begins to travel once the server said 354."""

    stage: Stage = Stage.CONNECT
    last_reply: str = ""

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.stage = Stage.SENDER
        return super().mail(*args, **kwargs)  # type: ignore[misc]

    def rcpt(self, *args: Any, **kwargs: Any) -> Any:
        self.stage = Stage.RECIPIENT
        return super().rcpt(*args, **kwargs)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        self.stage = Stage.DATA
        return super().data(msg)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()  # type: ignore[misc]
        if self.stage == Stage.DATA and code == 354:
            self.stage = Stage.BODY
        self.last_reply = f"{code} {text.decode('utf-8', 'replace')}"
        return code, text


class WatchedSMTP(_Watched, smtplib.SMTP):
    """smtplib's SMTP, watched."""


class WatchedSSL(_Watched, smtplib.SMTP_SSL):
    """smtplib's SMTP over TLS, watched."""


class WatchedBackend(EmailBackend):
    """Django's SMTP backend over a watched connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return WatchedSSL if self.use_ssl else WatchedSMTP


class SmtpMailer:
    """One connection to the configured mail server, kept open for a batch and opened again when it dies."""

    test_mode = False

    def __init__(self, **options: Any) -> None:
        self._backend = WatchedBackend(**options)

    def open(self) -> str:
        """Connect if there is no connection; return what prevents it, or ""."""
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as problem:
            self._drop()
            return f"{type(problem).__name__}: {problem}"[:500]
        return ""

    def deliver(self, email: EmailMessage) -> Outcome:
        """Send one e-mail. A connection that turns out dead before the message is opened once more."""
        fresh = self._backend.connection is None
        outcome = self._try(email)
        stale = outcome.failure == Failure.CONNECTION and outcome.result == Result.LATER and not fresh
        return self._try(email) if stale else outcome

    def _try(self, email: EmailMessage) -> Outcome:
        problem = self.open()
        if problem:
            return judge_silence(Stage.CONNECT, problem)
        connection: Any = self._backend.connection
        connection.stage = Stage.SENDER
        try:
            self._backend.send_messages([email])
        except (smtplib.SMTPException, OSError) as refusal:
            outcome = _judge(connection.stage, refusal)
            if outcome.failure == Failure.CONNECTION or outcome.stops or connection.sock is None:
                self._drop()
            return outcome
        except (ValueError, UnicodeError) as unfit:  # an address or a header that cannot be written; nothing was sent
            return Outcome(Result.REFUSED, Failure.CONTENT, f"{type(unfit).__name__}: {unfit}"[:500])
        return accepted(connection.last_reply)

    def _drop(self) -> None:
        """Forget the connection without a farewell: a server that died would let us wait for its answer."""
        backend: Any = self._backend
        for connection in (backend.connection, backend._partial_connection):
            if connection is not None:
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    connection.close()
        backend.connection = backend._partial_connection = None

    def close(self) -> None:
        """End the batch politely."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._backend.close()
        self._drop()


def _judge(stage: Stage, refusal: Exception) -> Outcome:
    """Return what an exception of smtplib means at a stage."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(refusal.recipients.values()))
        return judge_reply(Stage.RECIPIENT, code, _decoded(text))
    if isinstance(refusal, smtplib.SMTPResponseException):
        return judge_reply(stage, refusal.smtp_code, _decoded(refusal.smtp_error))
    if isinstance(refusal, smtplib.SMTPNotSupportedError):
        return Outcome(Result.REFUSED, Failure.CONTENT, str(refusal)[:500])
    return judge_silence(stage, f"{type(refusal).__name__}: {refusal}")


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _bytes(email: EmailMessage) -> bytes:
    message: Any = email.message()
    return bytes(message.as_bytes(linesep="\r\n"))


class MailboxMailer:
    """Test mode: nothing leaves the machine, every e-mail lands in the local mailbox."""

    test_mode = True

    def open(self) -> str:
        return ""

    def deliver(self, email: EmailMessage) -> Outcome:
        mailbox.store(settings.MAILBOX, _bytes(email), email.recipients())
        return accepted("caixa de correio local")

    def close(self) -> None:
        return None


class DemoMailer(SmtpMailer):
    """The demo: a real conversation in SMTP, with the mailbox's own server on this machine and no other."""

    test_mode = True


def mailer_for(company: Company) -> Mailer:
    """Return the way out of a company: a mail server only when it sends for real, and never one in the demo."""
    if settings.DEMO and settings.EMAIL_HOST in _LOOPBACK:
        demo = DemoMailer()
        return demo if not demo.open() else MailboxMailer()
    if settings.DEMO or not company.sends_for_real:
        return MailboxMailer()
    return SmtpMailer()
