"""The questions about debtors. They never write."""

from __future__ import annotations

from receba.kernel.tables import DEBTORS, Table
from receba.parties.models import Contact


def selects() -> dict[Table, str]:
    """Return the query that gives the kernel table of debtors."""
    return {
        DEBTORS: f"""
            SELECT d.id AS debtor_id, d.person_kind::integer AS person_kind,
                   (EXISTS (SELECT 1 FROM parties_contact c WHERE c.debtor_id = d.id AND c.kind = {Contact.Kind.EMAIL}
                              AND c.invalid_since IS NULL))::integer AS has_email
              FROM parties_debtor d"""
    }
