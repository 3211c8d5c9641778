"""The whole portfolio at once: standings, positions, history and payments as integer columns.

Agrees with `rules` to the centavo; tests/test_columns_agree.py keeps them arguing.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from receba.engine.expr.money import at_least_zero, divide_half_up, product_e8, sum_int64
from receba.kernel.tables import EARLIER_DAYS, HISTORY, NOT_SETTLED, PAYMENTS, POSITIONS, STANDINGS, EntryKind
from receba.ledger.core.rules import BUCKET_LIMITS

col, lit = nw.col, nw.lit


def known_entries(entries: nw.LazyFrame, on_day: int, known_day: int) -> nw.LazyFrame:
    """Return the entries that count on `on_day` by what was known at the end of `known_day`."""
    return entries.filter((col("effective_day") <= on_day) & (col("recorded_day") <= known_day))


def positions(
    titles: nw.LazyFrame,
    entries: nw.LazyFrame,
    terms: nw.LazyFrame,
    index_ratios: nw.LazyFrame,
    *,
    on_day: int,
    known_day: int,
    bucket_limits: Sequence[int] = BUCKET_LIMITS,
) -> nw.LazyFrame:
    """Return POSITIONS: one row per title that owes something, or holds money of the debtor's, at the end of `on_day`.

    `index_ratios` must be those of `on_day`. Amounts within the budget of kernel.money keep every product in 64 bits.
    """
    facts = titles.join(terms, on="terms_id", how="inner").select(
        *(name for name in ("title_id", "debtor_id", "portfolio_id", "due_day", "effective_due_day")),
        "fine_bps",
        "interest_bps_month",
        "grace_days",
        "index_id",
    )
    sums = _sums(known_entries(entries, on_day, known_day), facts, index_ratios, on_day)
    return (
        sums.with_columns(
            late=(col("effective_due_day") < on_day),
            charged=(col("effective_due_day") + col("grace_days") < on_day),
        )
        .with_columns(
            fine=_charge(divide_half_up(col("fine_base") * col("fine_bps"), 10_000), "fine_settled"),
            interest=_charge(
                divide_half_up(col("principal_days") * col("interest_bps_month"), 300_000), "interest_settled"
            ),
            correction=_charge(col("correction_full"), "correction_settled"),
            days_late=nw.when(col("late")).then(lit(on_day) - col("due_day")).otherwise(lit(0)).cast(nw.Int32),
        )
        .with_columns(total=col("principal") + col("fine") + col("interest") + col("correction"))
        .filter((col("principal") != 0) | (col("total") != 0))
        .select(
            "title_id",
            "debtor_id",
            "portfolio_id",
            "due_day",
            "effective_due_day",
            principal_centavos=col("principal"),
            fee_centavos=lit(0).cast(nw.Int64),
            fine_centavos=col("fine"),
            interest_centavos=col("interest"),
            correction_centavos=col("correction"),
            total_centavos=col("total"),
            days_late=col("days_late"),
            bucket=bucket(col("days_late"), bucket_limits),
        )
        .select(*POSITIONS.columns)
    )


def bucket(days_late: nw.Expr, limits: Sequence[int] = BUCKET_LIMITS) -> nw.Expr:
    """Return the ageing bucket of each number of days late; equals rules.bucket_of."""
    result = lit(0)
    for number, limit in enumerate(limits, start=1):
        result = nw.when(days_late > limit).then(lit(number)).otherwise(result)
    return result.cast(nw.Int32)


def _charge(full: nw.Expr, settled: str) -> nw.Expr:
    """Return what of a charge is still to be paid: nothing before its time, never less than zero."""
    return nw.when(col("charged")).then(at_least_zero(full - col(settled))).otherwise(lit(0)).cast(nw.Int64)


def _sums(known: nw.LazyFrame, facts: nw.LazyFrame, ratios: nw.LazyFrame, on_day: int) -> nw.LazyFrame:
    """Return one row per title: the linear sums from which every charge follows (see rules)."""
    amount = col("amount_centavos")
    in_time = col("effective_day") <= col("effective_due_day")
    posted = nw.when(col("kind") == int(EntryKind.REVERSAL)).then(col("component")).otherwise(col("kind"))
    lines = (
        known.join(facts, on="title_id", how="inner")
        .with_columns(
            start_day=nw.when(in_time).then(col("due_day")).otherwise(col("effective_day")).cast(nw.Int32),
            posted=posted,
        )
        .join(ratios, on=["index_id", "start_day"], how="left")
        .with_columns(days=(lit(on_day) - col("start_day")).cast(nw.Int64), rise_e8=col("rise_e8").fill_null(0))
        .with_columns(rise=product_e8(amount, col("rise_e8")))
    )

    def settled(kind: EntryKind) -> nw.Expr:
        return sum_int64(nw.when(col("posted") == int(kind)).then(amount).otherwise(lit(0)))

    keys = [
        "title_id",
        "debtor_id",
        "portfolio_id",
        "due_day",
        "effective_due_day",
        "fine_bps",
        "interest_bps_month",
        "grace_days",
    ]
    summed = lines.group_by(keys).agg(
        principal=sum_int64(amount),
        rise_sum=sum_int64(col("rise")),
        days_nominal=sum_int64(amount * col("days")),
        days_risen=sum_int64(col("rise") * col("days")),
        base_nominal=sum_int64(nw.when(in_time).then(amount).otherwise(lit(0))),
        base_risen=sum_int64(nw.when(in_time).then(col("rise")).otherwise(lit(0))),
        fine_settled=settled(EntryKind.FINE),
        interest_settled=settled(EntryKind.INTEREST),
        correction_settled=settled(EntryKind.CORRECTION),
    )
    rose = col("rise_sum") >= 0  # rises may cancel to 0 and still move interest and fine
    return summed.with_columns(
        correction_full=nw.when(rose).then(col("rise_sum")).otherwise(lit(0)).cast(nw.Int64),
        principal_days=col("days_nominal") + nw.when(rose).then(col("days_risen")).otherwise(lit(0)),
        fine_base=col("base_nominal") + nw.when(rose).then(col("base_risen")).otherwise(lit(0)),
    )


def standings(titles: nw.LazyFrame, entries: nw.LazyFrame, *, on_day: int, known_day: int) -> nw.LazyFrame:
    """Return STANDINGS: every title with an entry known, and the sums of its entries, in one pass."""
    kind, amount = col("kind"), col("amount_centavos")
    lost = kind == int(EntryKind.WRITE_OFF)
    of_face = (kind == int(EntryKind.FACE)) | (
        (kind == int(EntryKind.REVERSAL)) & (col("component") == int(EntryKind.FACE))
    )
    lowers = (amount < 0) & ~lost & ~of_face
    earlier = col("effective_day") <= on_day - EARLIER_DAYS
    sums = (
        known_entries(entries, on_day, known_day)
        .group_by("title_id")
        .agg(
            principal_centavos=sum_int64(amount),
            face_centavos=sum_int64(nw.when(of_face).then(amount).otherwise(lit(0))),
            earlier_centavos=sum_int64(nw.when(earlier).then(amount).otherwise(lit(0))),
            left=sum_int64(nw.when(lost).then(lit(0)).otherwise(amount)),
            last_day=nw.when(lowers).then(col("effective_day")).otherwise(lit(-100_000)).max(),
        )
    )
    return (
        titles.drop("face_centavos")
        .join(sums, on="title_id", how="inner")
        .with_columns(
            settled_day=nw.when(col("left") <= 0).then(col("last_day")).otherwise(lit(NOT_SETTLED)).cast(nw.Int32)
        )
        .select(*STANDINGS.columns)
    )


def history(standings: nw.LazyFrame, *, on_day: int) -> nw.LazyFrame:
    """Return HISTORY: titles due before `on_day`, with the day on which money (not a write-off) settled them."""
    return owed(standings).filter(col("due_day") < on_day)


def owed(standings: nw.LazyFrame) -> nw.LazyFrame:
    """Return HISTORY with the titles that are not due yet.

    A cancelled title (its face reversed) is not there: nobody behaved well or badly about it.
    """
    return standings.filter(col("face_centavos") > 0).select(*HISTORY.columns)


def payments(titles: nw.LazyFrame, entries: nw.LazyFrame, *, on_day: int, known_day: int) -> nw.LazyFrame:
    """Return PAYMENTS: what came in, by title and day, net of payments reversed."""
    paid = (col("kind") == int(EntryKind.PAYMENT)) | (
        (col("kind") == int(EntryKind.REVERSAL)) & (col("component") == int(EntryKind.PAYMENT))
    )
    return (
        known_entries(entries, on_day, known_day)
        .filter(paid)
        .join(titles.select("title_id", "debtor_id"), on="title_id", how="inner")
        .select("title_id", "debtor_id", paid_day=col("effective_day"), paid_centavos=-col("amount_centavos"))
        .select(*PAYMENTS.columns)
    )
