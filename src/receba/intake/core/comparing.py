"""What a file changes in what is registered: new, known, changed, waiting for a title, or refused.

The base comes in as frames (see the schemas); nothing here reads or writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from receba.intake.core.fields import CUSTOMERS, LEDGER, SETTLEMENTS, TITLES, TableSpec
from receba.intake.core.flat import customers_of, disputes_of, settlements_of, titles_of
from receba.intake.core.keys import PREFIX, with_registered_titles
from receba.intake.core.problems import broken_problems, table_of
from receba.intake.core.reading import accepted_schema
from receba.intake.core.reasons import Reason
from receba.intake.core.rules import Broken, day_shown, reais_shown, shown
from receba.kernel.tables import EntryKind

KEY_PREFIX = "settlement:"
"""Begins the ledger key of every settlement that came in a file."""

KNOWN_TITLES = {
    "title": pl.String(), "title_id": pl.Int64(), "known_customer": pl.String(), "known_issued": pl.Date(),
    "known_due": pl.Date(), "known_amount": pl.Int64(), "known_paid": pl.Int64(),
}  # fmt: skip
KNOWN_ENTRIES = {
    "key": pl.String(), "known_title": pl.String(), "known_kind": pl.Int64(), "known_signed": pl.Int64(),
    "known_on": pl.Date(), "reversed_by": pl.String(),
}  # fmt: skip
COMPARED_FACTS = ("name", "document", "street", "district", "city", "state", "zip", "group")
KNOWN_CUSTOMERS = {
    "customer": pl.String(), **{f"known_{name}": pl.String() for name in COMPARED_FACTS}, "known_since": pl.Date(),
    "known_kind": pl.Int64(), "known_contacts": pl.List(pl.String()),
}  # fmt: skip
TERMS_VERSIONS = {"terms": pl.String(), "since": pl.Date(), "terms_id": pl.Int64(), "for_consumers": pl.Boolean()}
KNOWN_KINDS = {"customer": pl.String(), "known_kind": pl.Int64()}

_ENTRY_OF = {
    "payment": EntryKind.PAYMENT, "discount": EntryKind.DISCOUNT, "write_off": EntryKind.WRITE_OFF,
    "cancellation": EntryKind.REVERSAL, "reversal": EntryKind.REVERSAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Base:
    """What is registered of the keys in a file.

    `titles`: KNOWN_TITLES; `entries`: KNOWN_ENTRIES; `terms`: TERMS_VERSIONS; `default_terms`: the code for titles
    that name none, `consumer_terms`: the one for those of natural persons; `kinds`: KNOWN_KINDS, asked only where some
    terms are not for consumers; `waiting`: keys of settlements that already wait for their title.
    """

    titles: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KNOWN_TITLES))
    entries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KNOWN_ENTRIES))
    terms: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TERMS_VERSIONS))
    default_terms: str = ""
    consumer_terms: str = ""
    kinds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KNOWN_KINDS))
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of a file beside what is registered.

    `customers`: as of a customers file, or their code alone. `titles`: plus terms_id, title_id (null: new) and known_*.
    `settlements`: plus key, entry_kind, signed, effective, outcome (new, known, waiting, waits_already) and title_id
    (null for a title of the same file). `refused`: problems that only the base shows. `disputes`: what the file
    tells of disputes, title and disputed.
    """

    customers: pl.DataFrame
    titles: pl.DataFrame
    settlements: pl.DataFrame
    refused: pl.DataFrame
    disputes: pl.DataFrame

    def counts(self) -> dict[str, int]:
        """Return how many rows are new, known or changed, by table."""
        known = self.titles.filter(pl.col("title_id").is_not_null())
        outcome = self.settlements["outcome"]
        return {
            "titles_new": self.titles.height - known.height,
            "titles_known": known.height,
            "titles_amount_changed": known.filter(amount_changed()).height,
            "titles_due_changed": known.filter(due_changed()).height,
            "settlements_new": int((outcome == "new").sum()),
            "settlements_known": int((outcome == "known").sum()),
            "settlements_waiting": int(outcome.is_in(["waiting", "waits_already"]).sum()),
        }


def amount_changed() -> pl.Expr:
    """Return whether a known title comes with another amount."""
    return pl.col("amount") != pl.col("known_amount")


def due_changed() -> pl.Expr:
    """Return whether a known title comes with another due date."""
    return pl.col("due") != pl.col("known_due")


def keys_of(accepted: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the titles and the ledger keys of settlements that the base must be asked about."""
    titles = accepted["title"].drop_nulls().unique().to_list() if "title" in accepted.columns else []
    keys = [accepted[name] for name in ("settlement", "reverses") if name in accepted.columns]
    named = pl.concat(keys).drop_nulls().unique().to_list() if keys else []
    return titles, [KEY_PREFIX + key for key in named]


def compare(spec: TableSpec, accepted: pl.DataFrame, base: Base) -> Comparison:
    """Return what the accepted rows of a file (see reading.accepted_schema) mean for what is registered."""
    refused = [table_of([])]
    if spec.name == "ledger":
        registered = base.entries.select(pl.col("key").str.strip_prefix(KEY_PREFIX).alias("settlement"), "known_title")
        accepted = with_registered_titles(accepted, registered)
    natural = _natural(accepted, base)
    if spec.name in ("titles", "ledger"):
        refused.append(_refused_titles(spec, accepted, base, natural))
        accepted = accepted.join(refused[-1], on="line", how="anti")
    if spec.name in ("settlements", "ledger"):
        refused.append(_refused_settlements(spec, _judged_settlements(spec, accepted, base)))
        accepted = accepted.join(refused[-1], on="line", how="anti")
    return Comparison(
        _customers(spec, accepted),
        _beside(_titles(spec, accepted), base, natural),
        _judged_settlements(spec, accepted, base),
        table_of(refused),
        disputes_of(accepted if spec.name == "ledger" else _empty(LEDGER)),
    )


def _empty(spec: TableSpec) -> pl.DataFrame:
    return pl.DataFrame(schema=accepted_schema(spec))


def _customers(spec: TableSpec, accepted: pl.DataFrame) -> pl.DataFrame:
    if spec.name == "customers":
        return accepted
    if spec.name == "ledger":
        return customers_of(accepted)
    return accepted.select("customer").unique(maintain_order=True) if spec.name == "titles" else _empty(CUSTOMERS)


def _titles(spec: TableSpec, accepted: pl.DataFrame) -> pl.DataFrame:
    if spec.name == "titles":
        return accepted
    return titles_of(accepted) if spec.name == "ledger" else _empty(TITLES)


def _settlements(spec: TableSpec, accepted: pl.DataFrame) -> pl.DataFrame:
    if spec.name == "settlements":
        return accepted
    return settlements_of(accepted) if spec.name == "ledger" else _empty(SETTLEMENTS)


def _natural(accepted: pl.DataFrame, base: Base) -> list[str]:
    """Return the customers who are natural persons: as the file says, else as registered, else by their document.

    Nobody, where all terms are for consumers: then it makes no difference.
    """
    if base.terms["for_consumers"].all() or "customer" not in accepted.columns:
        return []
    told = accepted.select(
        "customer",
        kind=pl.col("person_type") if "person_type" in accepted.columns else pl.lit(None, dtype=pl.String),
        document=pl.col("document") if "document" in accepted.columns else pl.lit(None, dtype=pl.String),
    ).join(base.kinds, on="customer", how="left")
    known = pl.col("known_kind").replace_strict({1: "PF", 2: "PJ"}, default=None, return_dtype=pl.String)
    guessed = pl.when(pl.col("document").str.len_chars() == 11).then(pl.lit("PF"))
    natural = told.filter(pl.coalesce("kind", known, guessed) == "PF")
    return natural["customer"].unique().to_list()


def _beside(titles: pl.DataFrame, base: Base, natural: list[str]) -> pl.DataFrame:
    """Return titles with what is registered of them and the version of the terms valid at their issue."""
    default = pl.when(pl.col("customer").is_in(natural)).then(pl.lit(base.consumer_terms))
    named = titles.with_columns(terms=pl.coalesce("terms", default.otherwise(pl.lit(base.default_terms))))
    versions = base.terms.sort("since")
    by_date = named.sort("issued").join_asof(
        versions, left_on="issued", right_on="since", by="terms", strategy="backward", check_sortedness=False
    )
    first = versions.group_by("terms").agg(
        first_terms_id=pl.col("terms_id").first(), first_for=pl.col("for_consumers").first()
    )
    dated = by_date.join(first, on="terms", how="left").with_columns(
        # a title older than the first version follows the first one
        terms_id=pl.coalesce("terms_id", "first_terms_id"),
        for_consumers=pl.coalesce("for_consumers", "first_for"),
    )
    return (
        dated.drop("first_terms_id", "first_for", "since", strict=False)
        .join(base.titles, on="title", how="left")
        .sort("line")
    )


def _refused_titles(spec: TableSpec, accepted: pl.DataFrame, base: Base, natural: list[str]) -> pl.DataFrame:
    named = accepted if "terms" in accepted.columns else accepted.with_columns(terms=pl.lit(None, dtype=pl.String))
    beside = _beside(named, base, natural)
    business = beside.filter(
        pl.col("customer").is_in(natural) & ~pl.col("for_consumers") & pl.col("title_id").is_null()
    )
    moved = beside.filter(pl.col("customer") != pl.col("known_customer"))
    without = beside.filter(pl.col("terms_id").is_null())
    problems = [
        broken_problems(spec, Broken(Reason.OTHER_CUSTOMER, "title", shown(moved, "title", pl.col("known_customer")))),
        broken_problems(spec, Broken(Reason.CONSUMER_TERMS, "customer", shown(business, "customer", pl.col("terms")))),
    ]
    if "terms" in spec.by_key():
        problems.append(broken_problems(spec, Broken(Reason.UNKNOWN_TERMS, "terms", shown(without, "terms"))))
    return table_of(problems)


def _judged_settlements(spec: TableSpec, accepted: pl.DataFrame, base: Base) -> pl.DataFrame:
    """Return the settlements of a file with what is registered of them, of their titles and of what they reverse."""
    rows = _settlements(spec, accepted)
    issued = base.titles.select("title", "title_id", "known_issued", "known_amount", "known_paid")
    here = _titles(spec, accepted).select("title", told_amount="amount", here=pl.lit(value=True))
    kinds = pl.col("kind").replace_strict({k: int(v) for k, v in _ENTRY_OF.items()}, return_dtype=pl.Int64)
    rows = rows.with_columns(
        key=KEY_PREFIX + pl.col("settlement"),
        target_key=KEY_PREFIX + pl.col("reverses"),
        entry_kind=kinds,
        signed=pl.when(pl.col("kind") == "reversal").then(1).otherwise(-1) * pl.col("paid_amount"),
    )
    targets = _targets(rows, base)
    joined = (
        rows.join(base.entries, on="key", how="left")
        .join(issued, on="title", how="left")
        .join(here, on="title", how="left")
        .join(targets, on="target_key", how="left")
        # a reversal cannot count before what it undoes
        .with_columns(effective=pl.max_horizontal("paid", "target_on"))
    )
    same = (
        (pl.col("title") == pl.col("known_title")) & (pl.col("entry_kind") == pl.col("known_kind"))
        & (pl.col("signed") == pl.col("known_signed")) & (pl.col("effective") == pl.col("known_on"))
    )  # fmt: skip
    no_title = pl.col("title_id").is_null() & pl.col("here").is_null()
    return joined.with_columns(
        outcome=pl.when(pl.col("known_title").is_not_null()).then(pl.when(same).then(pl.lit("known")).otherwise(pl.lit("clash")))
        .when(no_title & pl.col("key").is_in(sorted(base.waiting))).then(pl.lit("waits_already"))
        .when(no_title).then(pl.lit("waiting"))
        .otherwise(pl.lit("new"))
    ).sort("line")  # fmt: skip


def _targets(rows: pl.DataFrame, base: Base) -> pl.DataFrame:
    """Return what can be reversed: registered settlements first, else those of the same file."""
    registered = base.entries.select(
        target_key="key", target_title="known_title", target_kind="known_kind", target_signed="known_signed",
        target_on="known_on", target_reversed_by="reversed_by",
    )  # fmt: skip
    here = rows.filter(pl.col("kind") != "reversal").select(
        target_key="key", target_title="title", target_kind="entry_kind", target_signed="signed", target_on="paid",
        target_reversed_by=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    return pl.concat([registered, here.join(registered, on="target_key", how="anti")])


def _refused_settlements(spec: TableSpec, judged: pl.DataFrame) -> pl.DataFrame:
    fresh = judged.filter(pl.col("outcome") == "new")
    reversals = fresh.filter(pl.col("kind") == "reversal")
    undoes_a_reversal = (pl.col("target_kind") == int(EntryKind.REVERSAL)) & (pl.col("target_signed") > 0)
    lost = pl.col("target_title").is_null() | (pl.col("target_title") != pl.col("title")) | undoes_a_reversal
    found = reversals.filter(~lost)
    second = pl.col("target_reversed_by").is_not_null() & (pl.col("target_reversed_by") != pl.col("key"))
    twice = pl.col("line") != pl.col("line").min().over("target_key")
    other_amount = pl.col("paid_amount") != pl.col("target_signed").abs()
    early = fresh.filter(pl.col("paid") < pl.col("known_issued"))
    key = "settlement" if "settlement" in spec.by_key() else "paid"
    broken = [
        Broken(Reason.KEY_REUSED, key, shown(judged.filter(pl.col("outcome") == "clash"), "settlement")),
        Broken(Reason.PAID_BEFORE_ISSUE, "paid", shown(early, day_shown("paid"), day_shown("known_issued"))),
    ]
    if "reverses" in spec.by_key():
        amounts = shown(found.filter(~(second | twice) & other_amount), reais_shown("paid_amount"),
                        reais_shown(pl.col("target_signed").abs()))  # fmt: skip
        broken += [
            Broken(Reason.UNKNOWN_REVERSED, "reverses", shown(reversals.filter(lost), "reverses")),
            Broken(Reason.ALREADY_REVERSED, "reverses", shown(found.filter(second | twice), "reverses")),
            Broken(Reason.REVERSAL_AMOUNT, "paid_amount", amounts),
        ]
    if spec.name == "ledger":
        broken.append(Broken(Reason.PAID_AGAIN, key, shown(judged.filter(_pays_again()), "title")))
    return table_of(broken_problems(spec, rule) for rule in broken)


def _pays_again() -> pl.Expr:
    """Return whether a payment without number pays, whole, a title that was paid whole before.

    Unless the file still brings what was registered, it tells another day or amount of the same money: only that made
    its derived key new. Derived titles may be identical; which of them was paid is arbitrary.
    """
    whole = pl.col("paid_amount") >= pl.min_horizontal("known_amount", "told_amount")
    still_told = (pl.col("outcome") == "known").any().over("title")
    paid_before = pl.col("known_paid") >= pl.col("known_amount")
    return (pl.col("outcome") == "new") & whole & paid_before & ~still_told & ~pl.col("title").str.starts_with(PREFIX)


def customer_counts(customers: pl.DataFrame, known: pl.DataFrame) -> dict[str, int]:
    """Return how many customers are new, known and changed; what a file does not tell changes nothing."""
    beside = customers.unique("customer").join(known, on="customer", how="inner")
    told = [name for name in (*COMPARED_FACTS, "since") if name in customers.columns]
    changed = [pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"known_{name}")) for name in told]
    if "person_type" in customers.columns:
        kind = pl.col("person_type").replace_strict({"PF": 1, "PJ": 2}, default=None, return_dtype=pl.Int64)
        changed.append(kind != pl.col("known_kind"))
    contacts = pl.col("known_contacts").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    for name in ("email", "phone", "mobile"):
        if name in customers.columns:
            changed.append(pl.col(name).is_not_null() & ~contacts.list.contains(pl.col(name)))
    any_changed = pl.any_horizontal(*changed) if changed else pl.lit(value=False)
    return {
        "customers_new": customers["customer"].n_unique() - beside.height,
        "customers_known": beside.height,
        "customers_changed": beside.filter(any_changed.fill_null(value=False)).height,
    }
