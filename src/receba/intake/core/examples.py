"""A small file of each kind, as our own template has it: for people to fill in, and to see how each value is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from receba.intake.core.fields import SPECS

_ROWS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "customers": (
        {
            "customer": "1001", "name": "Mercado Bom Dia Ltda", "person_type": "PJ", "document": "11.222.333/0001-81",
            "email": "financeiro@bomdia.example", "mobile": "(19) 98765-4321", "zip": "13010-000",
            "street": "Rua das Acácias, 100", "district": "Centro", "city": "Campinas", "state": "SP",
            "since": "15/03/2019", "portfolio": "Geral",
        },
        {
            "customer": "1002", "name": "Lúcia Ferreira", "person_type": "PF", "document": "529.982.247-25",
            "email": "lucia@exemplo.example", "phone": "(19) 3333-4444", "city": "Itu", "state": "SP",
        },
    ),
    "titles": (
        {
            "title": "NF-5001/1", "customer": "1001", "issued": "02/01/2026", "due": "31/01/2026",
            "amount": "1.234,56", "description": "Nota fiscal 5001, parcela 1 de 2", "kind": "duplicata",
        },
        {
            "title": "NF-5001/2", "customer": "1001", "issued": "02/01/2026", "due": "28/02/2026",
            "amount": "1.234,56", "description": "Nota fiscal 5001, parcela 2 de 2", "kind": "duplicata",
        },
        {"title": "REC-77", "customer": "1002", "issued": "10/01/2026", "due": "10/02/2026", "amount": "89,90"},
    ),
    "settlements": (
        {
            "settlement": "BX-1", "title": "NF-5001/1", "paid": "05/02/2026", "paid_amount": "1.260,00",
            "fine": "24,69", "interest": "0,75", "method": "boleto", "kind": "pagamento",
        },
        {
            "settlement": "BX-2", "title": "REC-77", "paid": "09/02/2026", "paid_amount": "85,00", "discount": "4,90",
            "method": "Pix", "kind": "pagamento",
        },
    ),
    "ledger": (
        {
            "customer": "1001", "title": "NF-5001/1", "issued": "02/01/2026", "due": "31/01/2026",
            "amount": "1.234,56", "paid": "05/02/2026", "paid_amount": "1.234,56", "name": "Mercado Bom Dia Ltda",
            "document": "11.222.333/0001-81", "person_type": "PJ", "state": "SP", "disputed": "não",
        },
        {
            "customer": "1002", "title": "REC-77", "issued": "10/01/2026", "due": "10/02/2026", "amount": "89,90",
            "name": "Lúcia Ferreira", "document": "529.982.247-25", "person_type": "PF", "state": "SP",
        },
    ),
}  # fmt: skip


def example(table: str) -> bytes:
    """Return the example of a table as a CSV that a Brazilian spreadsheet opens; KeyError for another name."""
    fields = SPECS[table].fields
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(field.header for field in fields)
    writer.writerows([row.get(field.key, "") for field in fields] for row in _ROWS[table])
    return stream.getvalue().encode("utf-8-sig")
