"""Files into the register and the ledger: new, known, changed, waiting, refused; the same again changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from receba.access.core.roles import Permission, Role, permissions_of
from receba.access.models import AuditEvent, Portfolio
from receba.access.scope import Actor, NotAllowed, Scope
from receba.intake import queries, services, tasks, writing
from receba.intake.core.errors import IntakeError
from receba.intake.core.mapping import Mapping
from receba.intake.models import ImportFile, RejectedRow, SavedMapping, WaitingSettlement
from receba.kernel.tables import EntryKind, HoldKind
from receba.ledger import queries as ledger
from receba.ledger import services as ledger_services
from receba.ledger.core.ceilings import Relation
from receba.ledger.models import DueChange, Entry, Hold, Title
from receba.ledger.services import add_terms as add_ledger_terms
from receba.parties.models import Contact, Debtor

ON = date(2026, 4, 20)
CUSTOMERS = "codigo_cliente;nome;tipo_pessoa;cpf_cnpj;email;celular;cidade;uf\n"
TITLES = "titulo;codigo_cliente;emissao;vencimento;valor;carteira\n"
SETTLED = "baixa;titulo;data_pagamento;valor_pago;multa;juros;desconto;tipo_baixa;estorna\n"
FLAT = "codigo_cliente;titulo;emissao;vencimento;valor;data_pagamento;valor_pago;nome;em_disputa\n"
T1 = "T1;1;13/03/2026;31/03/2026;1.000,00;\n"


def load(cast, text, table, **options):
    file = services.upload(cast.scope, name=f"{table}.csv", content=text.encode(), table=table)
    return services.import_file(cast.scope, file.pk, on=ON, **options)


def balance(cast, code):
    with cast.scope.active():
        return sum(Entry.objects.filter(title__code=code).values_list("amount_centavos", flat=True))


def reasons(cast, file):
    rows = queries.rejected_rows(cast.scope, file_id=file.pk, state="open")
    with cast.scope.active():
        return [(row.line, problem["field"], problem["reason"]) for row in rows for problem in row.reasons]


def facts_of(cast):
    """Return everything that importing may write, for comparing before and after."""
    with cast.scope.active():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Debtor, Contact, Title, Entry, DueChange, Hold, WaitingSettlement)
        ]


@pytest.mark.req("S3.2")
def test_customers_are_recorded_with_their_contacts(cast):
    file = load(
        cast,
        CUSTOMERS + "1;Lúcia F. Ferreira;PF;529.982.247-25;lucia@exemplo.example;;Campinas;SP\n"
        "77;Mercado Bom Dia Ltda;PJ;11.222.333/0001-81;financeiro@bomdia.example;(19) 98765-4321;Itu;SP\n",
        "customers",
    )
    assert (file.counts["customers_new"], file.counts["customers_changed"]) == (1, 1)
    with cast.scope.active():
        market = Debtor.objects.get(code="77")
        assert (market.name, market.document, market.city) == ("Mercado Bom Dia Ltda", "11222333000181", "Itu")
        assert set(market.contacts.values_list("value", flat=True)) == {"financeiro@bomdia.example", "+5519987654321"}
        assert Debtor.objects.get(code="1").name == "Lúcia F. Ferreira"


@pytest.mark.req("S3.3", "S0.1")
def test_titles_are_opened_for_known_and_unknown_customers(cast):
    file = load(cast, TITLES + T1 + "T2;novo;01/03/2026;15/03/2026;0,50;Filial Sul\n", "titles")
    assert (file.state, file.counts["titles_new"], file.counts["accepted"]) == ("done", 2, 2)
    with cast.scope.active():
        first, second = Title.objects.order_by("code")
        assert (first.debtor_id, first.portfolio_id, first.terms_id) == (
            cast.lucia.pk, cast.portfolio.pk, cast.terms.pk,
        )  # fmt: skip
        assert (second.debtor.name, second.portfolio.name, second.face_centavos) == ("novo", "Filial Sul", 50)
        assert second.effective_due_on == date(2026, 3, 16)
    assert balance(cast, "T1") == 100_000


def add_terms(cast, code, since, relation, interest):
    terms = add_ledger_terms(
        cast.scope, code=code, since=since, source="contrato", interest_bps_month=interest, relation=relation,
        declared=relation != Relation.CONSUMER,
    )  # fmt: skip
    return terms.pk


def test_natural_persons_come_under_terms_for_consumers_or_not_at_all(cast):
    business = add_terms(cast, "padrao", date(2026, 1, 1), Relation.BUSINESS, 300)
    refused = load(cast, TITLES + T1 + "T2;2;13/03/2026;31/03/2026;1,00;\n", "titles")
    assert reasons(cast, refused) == [(2, "customer", "consumer_terms")]
    assert refused.counts["titles_new"] == 1
    consumer = add_terms(cast, "varejo", date(2026, 1, 1), Relation.CONSUMER, 100)
    flat = "codigo_cliente;titulo;emissao;vencimento;valor;cpf_cnpj;nome\n"
    body = "1;T1;13/03/2026;31/03/2026;10,00;;\nnovo;T3;13/03/2026;31/03/2026;10,00;529.982.247-25;Ana\n"
    mended = load(cast, flat + body + "8;T4;13/03/2026;31/03/2026;10,00;11.222.333/0001-81;Bar\n", "ledger")
    assert (reasons(cast, mended), mended.counts["titles_new"]) == ([], 3)
    with cast.scope.active():
        assert dict(Title.objects.values_list("code", "terms_id")) == {
            "T1": consumer, "T2": business, "T3": consumer, "T4": business,
        }  # fmt: skip


@pytest.mark.parametrize("padrao, gets", [(Relation.BUSINESS, "varejo"), (Relation.CONDOMINIUM, "padrao")])
def test_terms_of_a_condominium_are_given_where_they_are_the_standard_or_named(cast, padrao, gets):
    ids = {
        "condominio": add_terms(cast, "condominio", date(2025, 1, 1), Relation.CONDOMINIUM, 150),
        "padrao": add_terms(cast, "padrao", date(2026, 1, 1), padrao, 150),
        "varejo": add_terms(cast, "varejo", date(2026, 1, 1), Relation.CONSUMER, 100),
    }
    flat = "codigo_cliente;titulo;emissao;vencimento;valor;condicoes\n"
    file = load(
        cast, flat + "1;T1;13/03/2026;31/03/2026;10,00;\n1;T2;13/03/2026;31/03/2026;9,00;condominio\n", "titles"
    )
    assert reasons(cast, file) == []
    with cast.scope.active():
        assert dict(Title.objects.values_list("code", "terms_id")) == {"T1": ids[gets], "T2": ids["condominio"]}


@pytest.mark.req("S3.4")
def test_settlements_of_every_kind_reach_the_ledger(cast):
    load(cast, TITLES + "".join(f"T{n};1;13/03/2026;31/03/2026;1.000,00;\n" for n in range(1, 7)), "titles")
    body = (
        "B1;T1;31/03/2026;1.000,00;;;;;\n"
        "B2;T2;15/04/2026;1.025,00;20,00;5,00;;pagamento;\n"
        "B3;T3;31/03/2026;900,00;;;100,00;pagamento;\n"
        "B4;T4;31/03/2026;250,00;;;;desconto;\n"
        "B5;T5;31/03/2026;1.000,00;;;;perda;\n"
        "B6;T6;31/03/2026;1.000,00;;;;cancelamento;\n"
        "B7;T1;10/04/2026;1.000,00;;;;estorno;B1\n"
    )
    file = load(cast, SETTLED + body, "settlements")
    assert (file.counts["settlements_new"], file.counts["rejected"]) == (7, 0)
    assert [balance(cast, f"T{n}") for n in range(1, 7)] == [100_000, 0, 0, 75_000, 0, 0]
    with cast.scope.active():
        fine = Entry.objects.get(kind=EntryKind.FINE)
        assert (fine.amount_centavos, fine.payment.key) == (2_000, "settlement:B2")
        assert Entry.objects.get(key="settlement:B7").reverses.key == "settlement:B1"
        assert Entry.objects.get(key="settlement:B6").component == EntryKind.FACE


@pytest.mark.req("S0.67", "S3.5")
def test_the_same_files_again_change_nothing(cast):
    customers = CUSTOMERS + "9;Ana;PF;529.982.247-25;ana@exemplo.example;;Itu;SP\n"
    flat = FLAT + (
        "9;T1;13/03/2026;31/03/2026;1.000,00;31/03/2026;400,00;Ana;não\n"
        "9;T1;13/03/2026;31/03/2026;1.000,00;10/04/2026;300,00;Ana;não\n"
        "9;T2;13/03/2026;31/03/2026;10,00;;;Ana;sim\n"
        "9;;13/03/2026;31/03/2026;10,00;31/03/2026;;Ana;\n"
        "9;;13/03/2026;31/03/2026;10,00;;;Ana;\n"
    )
    settled = SETTLED + "B1;T2;31/03/2026;1,00;;;;;\nB2;T2;05/04/2026;1,00;;;;estorno;B1\nB3;Z;05/04/2026;1,00;;;;;\n"
    files = [(customers, "customers"), (flat, "ledger"), (settled, "settlements")]
    first = [load(cast, text, table) for text, table in files]
    before = facts_of(cast)
    again = [load(cast, text, table) for text, table in files]
    assert facts_of(cast) == before
    assert [file.counts["accepted"] for file in again] == [file.counts["accepted"] for file in first] == [1, 5, 3]
    assert all(
        again[n].counts[name] == 0
        for n in range(3)
        for name in ("customers_new", "customers_changed", "titles_new", "settlements_new", "disputes_new")
    )
    services.import_file(cast.scope, first[1].pk, on=ON)
    assert facts_of(cast) == before


def test_a_preview_says_what_would_happen_and_writes_nothing(cast):
    load(cast, TITLES + T1, "titles")
    text = (
        TITLES
        + "T1;1;13/03/2026;10/04/2026;1.200,00;\nT2;1;13/03/2026;31/03/2026;x;\nT3;1;13/03/2026;31/03/2026;5,00;Nova\n"
    )
    file = services.upload(cast.scope, name="titulos.csv", content=text.encode())
    before = facts_of(cast)
    preview = queries.preview(cast.scope, file.pk)
    assert facts_of(cast) == before
    assert {name: preview.counts[name] for name in ("rows", "accepted", "rejected", "titles_new", "titles_known",
            "titles_amount_changed", "titles_due_changed")} == {
        "rows": 3, "accepted": 2, "rejected": 1, "titles_new": 1, "titles_known": 1, "titles_amount_changed": 1,
        "titles_due_changed": 1,
    }  # fmt: skip
    assert preview.new_portfolios == ["Nova"]
    assert preview.as_dict()["reasons"] == {"not_a_number": 1}
    done = services.import_file(cast.scope, file.pk, on=ON)
    same = ("rows", "accepted", "rejected", "titles_new", "titles_amount_changed", "titles_due_changed")
    assert {name: done.counts[name] for name in same} == {name: preview.counts[name] for name in same}
    assert queries.sent_before(cast.scope, services.upload(cast.scope, name="x", content=text.encode()).pk) == done

    assert [preview.counts[f"customers_{name}"] for name in ("new", "known", "changed")] == [0, 1, 0]


@pytest.mark.parametrize(
    "row, changed",
    [
        ("1;Lúcia Ferreira;PF;529.982.247-25;lucia@exemplo.example;;;SP", 0),
        ("1;;;;;;;", 0),
        ("1;Lúcia Ferreira Lima;;;;;;", 1),
        ("1;;;;outra@exemplo.example;;;", 1),
        ("1;;PJ;;;;;", 1),
    ],
)
def test_a_preview_counts_the_customers_that_change(cast, row, changed):
    file = services.upload(cast.scope, name="c.csv", content=(CUSTOMERS + row + "\n").encode(), table="customers")
    assert queries.preview(cast.scope, file.pk).counts["customers_changed"] == changed
    assert services.import_file(cast.scope, file.pk).counts["customers_changed"] <= changed


@pytest.mark.req("S3.6")
def test_late_corrections_adjust_the_title_and_keep_what_was_known(cast):
    load(cast, TITLES + T1, "titles", recorded_at=datetime(2026, 3, 13, 12, tzinfo=UTC))
    file = load(
        cast, TITLES + T1.replace("1.000,00", "1.200,00").replace("31/03", "10/04"), "titles",
        recorded_at=datetime(2026, 4, 2, 12, tzinfo=UTC),
    )  # fmt: skip
    assert (file.counts["titles_amount_changed"], file.counts["titles_due_changed"]) == (1, 1)
    assert balance(cast, "T1") == 120_000
    with cast.scope.active():
        assert DueChange.objects.get().reason == "titles.csv, linha 2"
        assert list(Entry.objects.values_list("kind", "amount_centavos")) == [(1, 100_000), (1, 20_000)]
    then = ledger.titles_of(cast.scope, cast.lucia.pk, on=date(2026, 4, 1), known_on=date(2026, 4, 1))[0]
    assert then.position.principal_centavos == 100_000


def test_a_settlement_waits_for_its_title(cast):
    file = load(cast, SETTLED + "B1;T1;20/03/2026;400,00;;;;;\nB2;T1;05/04/2026;1,00;;;;;\n", "settlements")
    assert (file.counts["settlements_waiting"], file.counts["accepted"], file.counts["rejected"]) == (2, 2, 0)
    with cast.scope.active():
        assert [row.settlement for row in queries.waiting(cast.scope)] == ["B1", "B2"]
    titles = load(cast, TITLES + T1, "titles")
    assert titles.counts["waiting_applied"] == 2
    with cast.scope.active():
        paid = Entry.objects.filter(title__code="T1", kind=EntryKind.PAYMENT).order_by("pk")
        assert [(e.key, e.amount_centavos) for e in paid] == [("settlement:B1", -40_000), ("settlement:B2", -100)]
        assert not queries.waiting(cast.scope).exists()


def test_a_waiting_settlement_that_the_title_contradicts_is_refused_in_its_own_file(cast):
    file = load(cast, SETTLED + "B1;T1;10/03/2026;400,00;;;;;\n", "settlements")
    load(cast, TITLES + T1, "titles")
    assert reasons(cast, file) == [(2, "paid", "paid_before_issue")]
    assert balance(cast, "T1") == 100_000
    services.mend(cast.scope, file.pk, {2: {"data_pagamento": "20/03/2026"}})
    assert balance(cast, "T1") == 60_000


@pytest.mark.parametrize(
    "row, reason",
    [
        ("B1;T1;31/03/2026;401,00;;;;;", ("settlement", "key_reused")),
        ("B1;T2;31/03/2026;400,00;;;;;", ("settlement", "key_reused")),
        ("B2;T1;12/03/2026;400,00;;;;;", ("paid", "paid_before_issue")),
        ("B2;T1;31/03/2026;400,00;;;;estorno;B9", ("reverses", "unknown_reversed")),
        ("B2;T2;31/03/2026;400,00;;;;estorno;B1", ("reverses", "unknown_reversed")),
        ("B2;T1;31/03/2026;100,00;;;;estorno;B1", ("paid_amount", "reversal_amount")),
        ("B3;T1;31/03/2026;50,00;;;;estorno;R0", ("reverses", "already_reversed")),
        ("B3;T1;31/03/2026;50,00;;;;estorno;R1", ("reverses", "unknown_reversed")),
    ],
)
def test_settlements_that_contradict_the_ledger_are_refused(cast, row, reason):
    load(cast, TITLES + T1 + T1.replace("T1", "T2"), "titles")
    load(cast, SETTLED + "B1;T1;31/03/2026;400,00;;;;;\nR0;T1;31/03/2026;50,00;;;;;\n"
         "R1;T1;01/04/2026;50,00;;;;estorno;R0\n", "settlements")  # fmt: skip
    before = balance(cast, "T1"), balance(cast, "T2")
    file = load(cast, SETTLED + row + "\n", "settlements")
    assert reasons(cast, file) == [(2, *reason)]
    assert (balance(cast, "T1"), balance(cast, "T2")) == before


def test_two_reversals_of_one_settlement_in_one_file_are_one_too_many(cast):
    load(cast, TITLES + T1, "titles")
    file = load(
        cast,
        SETTLED
        + "B3;T1;02/04/2026;9,00;;;;estorno;B1\nB1;T1;31/03/2026;9,00;;;;;\nB2;T1;01/04/2026;9,00;;;;estorno;B1\n",
        "settlements",
    )
    assert reasons(cast, file) == [(4, "reverses", "already_reversed")]
    assert balance(cast, "T1") == 100_000


def test_a_title_does_not_change_its_customer(cast):
    load(cast, TITLES + T1, "titles")
    file = load(cast, FLAT + "2;T1;13/03/2026;31/03/2026;1.000,00;31/03/2026;;;\n", "ledger")
    assert reasons(cast, file) == [(2, "title", "other_customer")]
    assert balance(cast, "T1") == 100_000
    assert file.money["amount"]["rejected_centavos"] == 100_000


def test_unknown_terms_are_refused_and_a_company_without_terms_is_told(cast):
    header = TITLES.replace("carteira", "condicoes")
    file = load(cast, header + T1.replace(";\n", ";especial\n") + T1.replace("T1", "T2"), "titles")
    assert reasons(cast, file) == [(2, "terms", "unknown_terms")]
    empty = services.upload(cast.stranger_scope, name="t.csv", content=(TITLES + T1).encode())
    with pytest.raises(IntakeError, match="condições de atraso"):
        services.import_file(cast.stranger_scope, empty.pk)
    assert queries.file(cast.stranger_scope, empty.pk).state == ImportFile.State.FAILED


def test_a_title_in_dispute_stops_the_ruler_once(cast):
    row = "1;T1;13/03/2026;31/03/2026;100,00;;;;sim\n1;T2;13/03/2026;31/03/2026;100,00;31/03/2026;;;sim\n"
    for _time in range(2):
        load(cast, FLAT + row, "ledger")
    with cast.scope.active():
        hold = Hold.objects.get()
        assert (hold.title.code, hold.kind, hold.from_on) == ("T1", HoldKind.DISPUTE, ON)


def test_a_later_file_ends_the_dispute_that_an_earlier_one_began(cast):
    row = "1;T{};13/03/2026;31/03/2026;100,00;;;;{}\n"
    load(cast, FLAT + row.format(1, "sim") + row.format(2, "sim") + row.format(3, ""), "ledger")
    with cast.scope.active():
        third = Title.objects.get(code="T3")
        mine = ledger_services.place_hold(
            cast.scope, debtor_id=third.debtor_id, title_id=third.pk, kind=HoldKind.DISPUTE, from_on=ON,
            note=writing.DISPUTE_NOTE,
        )  # fmt: skip
    text = FLAT + row.format(1, "não") + row.format(2, "") + row.format(3, "não")
    later = services.upload(cast.scope, name="depois.csv", content=text.encode(), table="ledger")
    counts = services.import_file(cast.scope, later.pk, on=date(2026, 5, 4)).counts
    assert (counts["disputes_new"], counts["disputes_ended"]) == (0, 1)
    with cast.scope.active():
        ends = dict(Hold.objects.values_list("title__code", "until_on"))
        assert ends == {"T1": date(2026, 5, 3), "T2": None, "T3": None}
        event = AuditEvent.objects.filter(table="ledger_hold", operation="UPDATE").get()
        assert (event.actor, event.reason) == ("job:importação", f"arquivo {later.pk}, por job:tests")
        assert event.rows["after"][0]["until_on"] == "2026-05-03"
        assert Hold.objects.get(pk=mine.pk).placed_by == "job:tests"
    again = services.upload(cast.scope, name="de novo.csv", content=(FLAT + row.format(1, "sim")).encode())
    assert services.import_file(cast.scope, again.pk, on=date(2026, 5, 5)).counts["disputes_new"] == 1


@pytest.mark.parametrize("first", [10, 5])
def test_identical_titles_without_number_are_each_paid_once_whatever_is_told_first(cast, first):
    header = "codigo_cliente;titulo;emissao;vencimento;valor;data_pagamento\n"
    rows = {day: f"1;;13/03/2026;31/03/2026;10,00;{day:02}/04/2026\n" for day in (5, 10)}
    still_open = "1;;13/03/2026;31/03/2026;10,00;\n"
    load(cast, header + rows[first] + 2 * still_open, "ledger")
    both = header + rows[10] + still_open + rows[5]
    file = load(cast, both, "ledger")
    assert (file.counts["rejected"], file.counts["settlements_new"], file.counts["titles_new"]) == (0, 1, 0)
    with cast.scope.active():
        codes = list(Title.objects.values_list("code", flat=True))
    assert sorted(balance(cast, code) for code in codes) == [0, 0, 10_00]
    before = facts_of(cast)
    load(cast, both, "ledger")
    assert facts_of(cast) == before


@pytest.mark.parametrize(
    "later, refused, owed",
    [
        ("1.200,00;31/03/2026;", True, 0),  # the amount corrected after it was paid
        ("800,00;31/03/2026;", True, 0),
        ("1.000,00;30/03/2026;1.000,00", True, 0),  # the day of the payment corrected
        ("1.200,00;10/04/2026;200,00", False, 0),  # the difference, paid later
        ("1.200,00;31/03/2026;1.000,00", False, 200_00),  # what was paid is what is registered
        ("1.000,00;31/03/2026;1.000,00;;\n1;T1;13/03/2026;31/03/2026;1.000,00;10/04/2026;1.000,00", False, -1_000_00),
    ],
)
def test_a_corrected_payment_is_not_taken_for_a_second_one(cast, later, refused, owed):
    flat = FLAT + "1;T1;13/03/2026;31/03/2026;{};;\n"
    load(cast, flat.format("1.000,00;31/03/2026;"), "ledger")
    file = load(cast, flat.format(later), "ledger")
    assert reasons(cast, file) == ([(2, "paid", "paid_again")] if refused else [])
    assert balance(cast, "T1") == owed


@pytest.mark.req("S0.1")
def test_money_and_rows_are_conserved_by_every_import(cast):
    load(cast, TITLES + T1, "titles")
    file = load(
        cast,
        FLAT + "2;T1;13/03/2026;31/03/2026;7,00;;;;\n1;T2;13/03/2026;31/03/2026;5,005;31/03/2026;;;\n"
        "1;T2;13/03/2026;31/03/2026;5,005;31/03/2026;;;\n1;T3;13/03/2026;31/03/2026;-1,00;;;;\n1;T4;x;31/03/2026;2,00;;;;\n",
        "ledger",
    )
    counts, money = file.counts, file.money["amount"]
    assert (counts["rows"], counts["accepted"], counts["rejected"], counts["repeated"]) == (5, 2, 3, 1)
    assert money["read_centavos"] == 700 + 501 + 501 - 100 + 200
    assert (
        money["read_centavos"] == money["accepted_centavos"] + money["repeated_centavos"] + money["rejected_centavos"]
    )
    assert (money["accepted_centavos"], money["rounded_rows"]) == (501, 2)
    with cast.scope.active():
        assert sum(Title.objects.exclude(code="T1").values_list("face_centavos", flat=True)) == 501


def test_a_confirmed_mapping_is_proposed_for_the_next_file(cast):
    text = "A;B;C;D\n1;13/03/2026;31/03/2026;10,00\n"
    file = services.upload(cast.scope, name="x.csv", content=text.encode(), table="ledger")
    with pytest.raises(IntakeError):
        queries.preview(cast.scope, file.pk)
    services.map_columns(cast.scope, file.pk, Mapping.from_line("customer=a,issued=B,due=C,amount=D,dates=dmy"))
    assert queries.preview(cast.scope, file.pk).counts["accepted"] == 1
    other = services.upload(cast.scope, name="y.csv", content=text.encode(), table="ledger")
    assert other.mapping["fields"] == {"customer": "A", "issued": "B", "due": "C", "amount": "D"}
    with cast.scope.active():
        assert SavedMapping.objects.count() == 1
    own = services.upload(cast.scope, name="z.csv", content=(FLAT + "1;T;13/03/2026;31/03/2026;1,00;;;;\n").encode())
    assert own.mapping["fields"]["customer"] == "codigo_cliente"


def test_a_file_that_is_no_table_is_refused_before_it_is_kept(cast):
    with pytest.raises(IntakeError):
        services.upload(cast.scope, name="x.pdf", content=b"%PDF-1.7")
    with cast.scope.active():
        assert not ImportFile.objects.exists()


def test_only_those_who_may_import_over_the_whole_company_import(cast):
    collector = Scope(cast.serra_azul.pk, Actor("person", "c", 1), permissions_of([Role.COLLECTOR]))
    partial = Scope(cast.serra_azul.pk, Actor("person", "m", 1), frozenset(Permission), frozenset({cast.portfolio.pk}))
    for scope in (collector, partial):
        with pytest.raises(NotAllowed):
            services.upload(scope, name="x", content=(TITLES + T1).encode())
        with pytest.raises(NotAllowed):
            queries.files(scope)


def test_files_stay_inside_their_company(cast):
    file = load(cast, TITLES + T1, "titles")
    with pytest.raises(ImportFile.DoesNotExist):
        queries.file(cast.stranger_scope, file.pk)
    with cast.stranger_scope.active():
        assert not ImportFile.objects.exists()
        assert not RejectedRow.objects.exists()


def test_the_audit_says_who_imported_and_no_content(cast):
    load(cast, TITLES + T1, "titles")
    with cast.scope.active():
        tables = set(AuditEvent.objects.values_list("table", flat=True))
    assert "intake_importfile" in tables
    assert not tables & {"intake_importcontent", "intake_importprogress"}


def test_progress_is_told_and_stored(cast):
    told = []
    file = services.upload(cast.scope, name="t.csv", content=(TITLES + T1).encode())
    services.import_file(cast.scope, file.pk, progress=lambda step, done, total: told.append((step, done, total)))
    assert [step for step, _, _ in told] == ["leitura", "comparação", "clientes", "títulos", "títulos"]
    stored = queries.progress(cast.scope, file.pk)
    assert (stored.step, stored.done, stored.total) == ("títulos", 1, 1)


def test_new_portfolios_are_recorded_once(cast):
    load(cast, TITLES + "T1;1;13/03/2026;31/03/2026;1,00;Filial\nT2;1;13/03/2026;31/03/2026;1,00;FILIAL\n"
         "T3;1;13/03/2026;31/03/2026;1,00;especial\n", "titles")  # fmt: skip
    names = sorted(Portfolio.objects.filter(company=cast.serra_azul).values_list("name", flat=True))
    assert names == ["Especial", "FILIAL", "Geral"]


def test_a_confirmed_file_waits_in_the_queue_once_and_a_worker_imports_it(cast):
    file = services.upload(cast.scope, name="t.csv", content=(TITLES + T1).encode())
    for _click in range(2):
        assert services.confirm(cast.scope, file.pk).state == ImportFile.State.QUEUED
    job = ProcrastinateJob.objects.get(task_name="intake.import_file")
    assert job.args == {"company_id": cast.serra_azul.pk, "file_id": file.pk, "confirmed_by": "job:tests"}
    tasks.import_file(**job.args)
    assert queries.file(cast.scope, file.pk).state == ImportFile.State.DONE
    assert balance(cast, "T1") == 100_000


def test_a_worker_leaves_the_reason_of_a_failure_on_the_file(cast):
    file = services.upload(cast.scope, name="t.csv", content=b"A;B\n1;2\n", table="titles")
    tasks.import_file(company_id=cast.serra_azul.pk, file_id=file.pk, confirmed_by="x")
    failed = queries.file(cast.scope, file.pk)
    assert failed.state == ImportFile.State.FAILED
    assert "Não sei que coluna traz" in failed.error
