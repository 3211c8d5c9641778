"""The pieces of importing: how far an import is, columns beside fields, refused rows in all their states."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms

from receba.intake.core.fields import SPECS
from receba.intake.core.guessing import Evidence
from receba.intake.core.mapping import Expression
from receba.intake.core.sniffing import Found
from receba.intake.core.trying import Sample, Tried
from receba.intake.models import ImportFile
from receba.intake.presenting import STATE_TONES, Cell, Course, Row, Step, field_shown

TITLE = "Importação"
_AT = datetime(2026, 7, 1, 15, 4, tzinfo=UTC)
_LONG = "Comércio de Gêneros Alimentícios Irmãos Conceição e Assunção do Vale do Paraíba Ltda"


class _Columns(forms.Form):
    """A choice and an expression for each field that is shown."""

    def __init__(self) -> None:
        super().__init__(auto_id="coluna_%s")
        self.label_suffix = ""
        for name, text in (("due", "DT_VENC"), ("amount", "VLR_TITULO"), ("title", ""), ("issued", ""), ("kind", "")):
            columns = [("", "não vem no arquivo"), ("DT_VENC", "DT_VENC (03/04/2026)"), ("VLR_TITULO", "VLR_TITULO")]
            self.fields[name] = forms.CharField(required=False, initial=text, widget=forms.Select(choices=columns))
            joined = "CONTRATO+PARCELA" if name == "title" else ""
            self.fields[f"{name}_x"] = forms.CharField(label="Expressão", required=False, initial=joined)


def _fields() -> list[Any]:
    form, spec = _Columns(), SPECS["titles"]
    tried = (
        Tried(
            spec.field("due"), Expression(("DT_VENC",)), "read",
            (Sample("03/04/2026", date(2026, 4, 3), date(2026, 3, 4), "dmy"), Sample("31/02/2026", None)),
            Found("dmy", "assumed"), Evidence("part", 97),
        ),
        Tried(
            spec.field("amount"), Expression(("VLR_TITULO",)), "read",
            (Sample("1.234", 123_400, 123, "comma"), Sample("R$ 123.456.789,01", 12_345_678_901, None, "comma")),
            Found("comma", "proved"), Evidence("known", 100),
        ),
        Tried(
            spec.field("title"), Expression(("CONTRATO", "PARCELA")), "read", (Sample("7788-1", "7788-1"),), None,
            Evidence("joined", None),
        ),
        Tried(spec.field("issued"), None, "missing"),
        Tried(spec.field("kind"), None, "absent"),
    )  # fmt: skip
    return [field_shown(each, form[each.field.key], form[f"{each.field.key}_x"]) for each in tried]


def _row(line: int, **more: Any) -> Row:
    told = {
        "field": "due", "label": "vencimento", "value": "31/02/2026", "reason": "not_a_date",
        "message": "“31/02/2026” não é uma data válida em vencimento.", "remedy": "Use dia/mês/ano (31/12/2026).",
    }  # fmt: skip
    facts: dict[str, Any] = {
        "line": line, "state": "open", "reasons": [told],
        "first": [Cell("DT_VENC", 3, "31/02/2026", "31/02/2026", wrong=True, label="vencimento")],
        "rest": [Cell("CLIENTE", 1, _LONG, _LONG, wrong=False), Cell("VALOR", 4, "123456789,01", "123456789,01", wrong=False)],
    }  # fmt: skip
    return Row(**facts | more)


def context() -> dict[str, Any]:
    """Return what the specimen shows."""
    steps = [Step("leitura", "done", 0, 3.2), Step("comparação", "done", 0, 1.4), Step("clientes", "done", 18_000, 4.0)]
    now, ahead = Step("títulos", "now", 123_456), [Step("títulos", "todo")]
    mended = [Cell("DT_VENC", 3, "28/02/2026", "31/02/2026", wrong=False)]
    ragged = {"field": "", "label": "linha", "value": "", "reason": "ragged_row", "remedy": "Confira delimitadores.",
              "message": "A linha tem 3 colunas; o cabeçalho tem outra quantidade."}  # fmt: skip
    return {
        "company": SimpleNamespace(pk=1), "file": ImportFile(pk=1, header=["DT_VENC"]),
        "courses": [
            (ImportFile(state=course.state), course, STATE_TONES[course.state])
            for course in (
                Course("queued", [Step(step.name, "todo") for step in (*steps, now)]),
                Course("running", [*steps, now], "títulos", 123_456, 600_000, 8_450, "55 segundos"),
                Course("running", [steps[0], Step("comparação", "now"), *ahead], "comparação"),
                Course("stopping", [*steps, now], "títulos", 130_000, 600_000, 8_450, "55 segundos"),
            )
        ],
        "stopped": ImportFile(pk=1, state="stopped"), "stopped_at": _AT, "stopped_by": "Ana Beatriz Nascimento",
        "stopped_written": "clientes novos: 18.000, títulos novos: 123.456",
        "fields": _fields(),
        "open_rows": [
            _row(1_203, alike=1_240),
            _row(1_204, trouble="Outra importação desta empresa está em andamento. Tente de novo em instantes."),
            _row(1_205, reasons=[ragged], text="T4;1;13/03/2026", rest=[],
                 first=[Cell("TITULO", 0, "", "", wrong=False), Cell("CLIENTE", 1, "", "", wrong=False)]),
            _row(1_206, first=[], rest=[]),
        ],
        "again": _row(1_207), "in_row": _row(1_208, state="resolved", first=mended, rest=[], by="Ana", at=_AT),
        "left_row": _row(1_209, state="ignored", first=[], rest=[], by="Ana", at=_AT, note="linha de total"),
    }  # fmt: skip
