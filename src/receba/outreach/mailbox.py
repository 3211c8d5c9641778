"""The local mailbox: an SMTP server that keeps what it gets as .eml files, a folder a company.

Used by the demo and by every company that does not send for real yet. Nothing leaves it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

COMPANY_HEADER = "X-Receba-Company"
_TO_HEADER = "X-Receba-Envelope-To"
_NAME = re.compile(r"\d{20}-[0-9a-f]{12}\.eml")
_SIZE_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail of the mailbox, for a list."""

    name: str
    at: datetime | None
    sender: str
    to: str
    subject: str
    message_id: str


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """One e-mail, opened: its headers, its text part and its HTML part ("" when there is none)."""

    letter: Letter
    reply_to: str
    text: str
    html: str


def store(folder: Path, content: bytes, recipients: Sequence[str]) -> Path:
    """Keep one e-mail under the company that its header names; the file appears whole or not at all."""
    company = str(_headers(content).get(COMPANY_HEADER, "")).strip()
    place = folder / (company if company.isascii() and company.isdigit() else "0")
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{time.time_ns():020d}-{secrets.token_hex(6)}.eml"
    partial = path.with_suffix(".part")
    to = ", ".join(recipients).encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    partial.write_bytes(_TO_HEADER.encode() + b": " + to + b"\r\n" + content)
    partial.rename(path)
    return path


def _headers(content: bytes) -> EmailMessage:
    return BytesHeaderParser(policy=policy.default).parsebytes(content)


def letters(folder: Path, company_id: int, limit: int = 200) -> list[Letter]:
    """Return a company's newest e-mails, newest first."""
    place = folder / str(company_id)
    names = sorted((p.name for p in place.glob("*.eml") if _NAME.fullmatch(p.name)), reverse=True)[:limit]
    return [_letter(name, _headers((place / name).read_bytes())) for name in names]


def open_letter(folder: Path, company_id: int, name: str) -> OpenLetter | None:
    """Return one e-mail of a company; None when it has no such one."""
    path = folder / str(company_id) / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return OpenLetter(
        _letter(name, message),
        str(message.get("Reply-To", "")),
        _part(message, "plain"),
        _part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _letter(name: str, message: EmailMessage) -> Letter:
    return Letter(
        name,
        _date(message),
        str(message.get("From", "")),
        str(message.get("To", message.get(_TO_HEADER, ""))),
        str(message.get("Subject", "")),
        str(message.get("Message-ID", "")).strip(),
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
        return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)  # "-0000" says UTC (RFC 5322)
    except (TypeError, ValueError):
        return None


class _Keeper:
    """Takes what the server is given, and answers 451 when it cannot be kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd)
        content = envelope.content
        try:
            store(self._folder, content if isinstance(content, bytes) else b"", envelope.rcpt_tos)
        except OSError as problem:
            return f"451 4.3.0 {type(problem).__name__}"
        return "250 2.0.0 kept"


def start_mailbox(host: str, port: int, folder: Path) -> Controller:
    """Start the mailbox's server in a thread and return its controller (`stop()` ends it). Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Keeper(folder), hostname=host, port=port, data_size_limit=_SIZE_LIMIT)
    controller.start()
    return controller
