"""The outcome of reading one file: accepted rows, rejected rows, warnings, totals that add up, and what was found."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from receba.intake.core.amounts import RESIDUE_DIGITS
from receba.intake.core.fields import Kind, TableSpec
from receba.intake.core.mapping import Mapping
from receba.intake.core.sniffing import Certainty

PROBLEM_SCHEMA = {
    "line": pl.Int64, "field": pl.String, "value": pl.String, "reason": pl.String, "message": pl.String,
    "remedy": pl.String,
}  # fmt: skip
_TYPES: MappingABC[Kind, pl.DataType] = {"date": pl.Date(), "money": pl.Int64(), "flag": pl.Boolean()}


def accepted_schema(spec: TableSpec) -> dict[str, pl.DataType]:
    """Return the columns of the accepted rows: line, then every field (money is centavos), mapped or not.

    A ledger also has `settlement`, the key of the row's payment.
    """
    schema: dict[str, pl.DataType] = {"line": pl.Int64()}
    schema |= {field.key: _TYPES.get(field.kind, pl.String()) for field in spec.fields}
    if spec.name == "ledger":
        schema["settlement"] = pl.String()
    return schema


@dataclass(frozen=True, slots=True)
class MoneyTotals:
    """The sum of one money column, in centavos, over all rows where it could be read; the parts add up to it.

    `unreadable_rows` have a text that is no amount (or one beyond the budget). `rounding_e12` is what rounding to
    centavos added to the sum, in 1e-12 of a real.
    """

    read_centavos: int
    accepted_centavos: int
    repeated_centavos: int
    rejected_centavos: int
    unreadable_rows: int
    rounded_rows: int
    rounding_e12: int

    @property
    def written_reais(self) -> Decimal:
        """Return the sum exactly as the file writes it."""
        return Decimal(self.read_centavos).scaleb(-2) - Decimal(self.rounding_e12).scaleb(-RESIDUE_DIGITS)


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows by outcome (`rows == accepted_rows + rejected_rows`) and money by field.

    `accepted_rows` includes `repeated_rows`: identical to an earlier line, so already known.
    """

    rows: int
    accepted_rows: int
    rejected_rows: int
    repeated_rows: int
    blank_lines: int
    money: MappingABC[str, MoneyTotals]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found out about the file and that the user should see (pt-BR)."""

    code: str
    field: str
    value: str
    certainty: Certainty
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says.

    `accepted`: see `accepted_schema`; one row per distinct accepted line. `rejected` and `warnings`: one row per
    (line, field) problem: line, field, value, reason, message, remedy. `repeated`: line, first_line.
    """

    spec: TableSpec
    mapping: Mapping
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    warnings: pl.DataFrame
    repeated: pl.DataFrame
    totals: Totals
    findings: tuple[Finding, ...]

    def only(self, lines: set[int]) -> Reading:
        """Return the rows of some lines; totals and findings stay those of the whole file."""
        wanted = pl.Series(sorted(lines), dtype=pl.Int64).implode()
        keep = pl.col("line").is_in(wanted)
        return replace(
            self,
            accepted=self.accepted.filter(keep),
            rejected=self.rejected.filter(keep),
            warnings=self.warnings.filter(keep),
            repeated=self.repeated.filter(keep),
        )

    def rejected_by_reason(self) -> dict[str, int]:
        """Return how many problems there are of each reason."""
        return dict(self.rejected.group_by("reason").len().sort("reason").iter_rows())

    def warnings_by_code(self) -> dict[str, int]:
        """Return how many warnings there are of each code."""
        return dict(self.warnings.group_by("reason").len().sort("reason").iter_rows())
