"""The projection of open titles follows the entries, whoever posts them."""

from __future__ import annotations

from datetime import date

from receba.kernel.tables import EntryKind
from receba.ledger import services
from receba.ledger.models import OpenTitle
from receba.ledger.services import NewDue, News, NewTitle


def test_a_title_stays_open_until_its_principal_is_zero(cast):
    new = NewTitle("A", cast.lucia.pk, cast.portfolio.pk, cast.terms.pk, date(2026, 1, 1), date(2026, 2, 2), 10_00)
    title = services.open_titles(cast.scope, [new])["A"]
    with cast.scope.active():
        assert OpenTitle.objects.get().principal_centavos == 10_00
        services.post(cast.scope, [News("p1", title, EntryKind.PAYMENT, 4_00, date(2026, 1, 5))])
        assert OpenTitle.objects.get().principal_centavos == 6_00
        services.change_dues(cast.scope, [NewDue("later", title, date(2026, 3, 2), "pedido")])
        assert OpenTitle.objects.get().due_on == date(2026, 3, 2)
        services.post(cast.scope, [News("p2", title, EntryKind.PAYMENT, 6_00, date(2026, 1, 6))])
        assert not OpenTitle.objects.exists()
