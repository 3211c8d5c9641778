"""The message as it travels: who it is from, where answers go, and a Message-ID that is ours."""

from __future__ import annotations

import hashlib
from email.utils import formataddr, parseaddr
from functools import lru_cache

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from receba.access.models import Company
from receba.outreach.models import Message

COMPANY_HEADER = "X-Receba-Company"


def message_id(company_id: int, decision_id: int, channel: str) -> str:
    """Return the Message-ID of a decision: the same decision gives the same one, whoever asks, however often."""
    digest = hashlib.sha256(f"{company_id}:{decision_id}:{channel}".encode()).hexdigest()[:32]
    return f"<{digest}@{_domain()}>"


def _domain() -> str:
    return _domain_of(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=8)
def _domain_of(sender: str) -> str:
    _name, address = parseaddr(sender)
    return address.rpartition("@")[2] or "localhost"


def sender_of(company: Company) -> str:
    """Return who a company's e-mails are from, as the reader's program shows it."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((company.trade_name or company.name, address))


def envelope(company: Company, message: Message) -> EmailMultiAlternatives:
    """Return the e-mail of a message, ready for a mail server."""
    headers = {
        "Message-ID": message.message_id,
        COMPANY_HEADER: str(company.pk),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic answer to an automatic message
    }
    if company.email:
        headers["List-Unsubscribe"] = f"<mailto:{company.email}?subject=SAIR>"
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body_text,
        from_email=sender_of(company),
        to=[message.to_address],
        reply_to=[company.email] if company.email else None,
        headers=headers,
    )
    email.attach_alternative(message.body_html, "text/html")
    return email
