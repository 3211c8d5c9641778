"""A real mail server for the tests, which misbehaves for some addresses, and a company that has something to say."""

from __future__ import annotations

import asyncio
import contextlib
import email
import socket
from collections import Counter
from datetime import UTC, date, datetime
from email import policy
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from receba.access.scope import Actor, acting
from receba.ledger import services as ledger
from receba.ledger.services import NewTitle
from receba.outreach import services
from receba.outreach.core.figures import Key
from receba.outreach.core.policy import Channel

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
DUE = date(2026, 9, 10)


class Misbehaving:
    """Keeps what it is given; the part of an address before the number says how to behave for it.

    `naoexiste` 550, `adiado` 451, `bloqueado` 554 after the body, `cheio` 452 after it, `cai-antes` and `cai-depois`
    lose the connection before the body and after it, `mudo-antes` and `mudo-depois` never answer.
    """

    def __init__(self):
        self.kept: list[tuple[str, email.message.EmailMessage]] = []
        self.on_data = None
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        match address.split("@")[0].split(".")[0]:
            case "naoexiste":
                return "550 5.1.1 Usuario desconhecido"
            case "adiado":
                return "451 4.7.1 Volte mais tarde"
            case "cai-antes":
                server.transport.abort()
                return "250 nobody hears this"
            case "mudo-antes":
                await asyncio.sleep(2.5)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        kind = address.split("@")[0].split(".")[0]
        if kind == "bloqueado":
            return "554 5.7.1 Parece spam"
        if kind == "cheio":
            return "452 4.3.1 Sem espaco"
        self.kept.append((address, email.message_from_bytes(envelope.content, policy=policy.default)))
        if self.on_data:
            self.on_data(address)
        if kind == "cai-depois":
            server.transport.abort()
        if kind == "mudo-depois":
            await asyncio.sleep(2.5)
        return "250 2.0.0 guardado como 4711"

    def times(self) -> Counter[str]:
        """Return how often each Message-ID arrived."""
        return Counter(str(message["Message-ID"]) for _to, message in self.kept)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(settings):
    """Run the mail server and point the program at it; a second's silence is a timeout."""
    handler = Misbehaving()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", controller.port, 1
    settings.DEFAULT_FROM_EMAIL = "cobranca@receba.example"
    settings.DEMO = False
    yield handler
    controller.stop()


class Stage:
    """Serra Azul sends for real; debtors and titles are added as a story needs them."""

    def __init__(self, cast):
        self.cast, self.scope = cast, cast.scope
        self._decisions = 0
        with acting(Actor("command", "tests"), "for real"):
            cast.serra_azul.sends_for_real = True
            cast.serra_azul.save()

    def debtor(self, address: str, code: str = ""):
        from receba.kernel.tables import PersonKind

        with self.scope.active():
            return self.cast.debtor(code or address, "José Pereira", PersonKind.PF, "", address)

    def title(self, debtor, centavos: int = 1_500_00, due: date = DUE, code: str = "") -> int:
        code = code or f"T{debtor.pk}-{due}"
        issued = min(date(2026, 8, 10), due)
        new = NewTitle(code, debtor.pk, self.cast.portfolio.pk, self.cast.terms.pk, issued, due, centavos)
        return ledger.open_titles(self.scope, [new], recorded_at=datetime(2026, 8, 10, 12, tzinfo=UTC))[code]

    def draft(self, debtor, *titles: int, key: Key = Key.LATE_SOFT, decision: int = 0):
        self._decisions += 1
        number = decision or 1000 + self._decisions
        return services.Draft(number, debtor.pk, Channel.EMAIL, key, titles)

    def pay(self, title: int, centavos: int, on: date = TODAY, key: str = "") -> None:
        from receba.kernel.tables import EntryKind
        from receba.ledger.services import News

        ledger.post(self.scope, [News(key or f"pay:{title}:{on}", title, EntryKind.PAYMENT, centavos, on)])

    def ready(self, *addresses: str, **facts):
        """Prepare one message to each address; return them in that order."""
        debtors = [self.debtor(address) for address in addresses]
        drafts = [self.draft(debtor, self.title(debtor)) for debtor in debtors]
        services.prepare(self.scope, TODAY, drafts, at=NOW)
        return [self.message(draft) for draft in drafts]

    def message(self, draft):
        from receba.outreach.models import Message

        with self.scope.active():
            return Message.objects.select_related("debtor").get(decision_id=draft.decision_id)

    def again(self, message):
        with self.scope.active():
            message.refresh_from_db()
            message.debtor = type(message).objects.select_related("debtor").get(pk=message.pk).debtor
            message.story = list(message.events.values_list("kind", flat=True))
        return message

    def send(self, at: datetime = NOW, **options):
        return services.send_ready(self.scope, at=at, **options)


@pytest.fixture
def stage(cast):
    return Stage(cast)
