"""What the screens call each KPI, its formula in words, and its value as a person reads it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receba.kernel.money import format_brl
from receba.reporting.core.kpis import KPIS, Unit

LABELS: dict[str, tuple[Promise | str, Promise | str]] = {
    "open_centavos": (_("Em aberto"), _("soma do principal dos títulos em aberto")),
    "open_updated_centavos": (_("Em aberto, atualizado"), _("principal mais multa, juros e correção do dia")),
    "overdue_centavos": (_("Vencido"), _("principal em aberto dos títulos vencidos")),
    "overdue_updated_centavos": (_("Vencido, atualizado"), _("títulos vencidos com multa, juros e correção do dia")),
    "credit_centavos": (_("Créditos de clientes"), _("pago a mais, ainda sem destino")),
    "ledger_balance_centavos": (_("Saldo do razão"), _("em aberto menos créditos de clientes")),
    "open_titles": (_("Títulos em aberto"), _("títulos com principal em aberto")),
    "overdue_titles": (_("Títulos vencidos"), _("títulos vencidos com principal em aberto")),
    "open_debtors": (_("Clientes com saldo"), _("clientes com principal em aberto")),
    "overdue_debtors": (_("Clientes em atraso"), _("clientes com principal vencido")),
    "average_ticket_centavos": (_("Tíquete médio"), _("em aberto ÷ títulos em aberto")),
    "delinquency_bps": (_("Índice de inadimplência"), _("vencido ÷ em aberto")),
    "over90_bps": (_("Acima de 90 dias"), _("em aberto com mais de 90 dias de atraso ÷ em aberto")),
    "dpd_overdue_count": (_("Atraso médio (títulos)"), _("média dos dias de atraso dos títulos vencidos")),
    "dpd_overdue_value": (_("Atraso médio (valor)"), _("dias de atraso ponderados pelo valor vencido")),
    "dpd_open_value": (_("Atraso médio da carteira"), _("dias de atraso ponderados por tudo o que está em aberto")),
    "dpd_due_count": (_("DPD médio (títulos)"), _("dias de atraso dos títulos vencidos em 365 dias, pagos ou não")),
    "dpd_due_value": (_("DPD médio (valor)"), _("o mesmo, ponderado pelo valor de face")),
    "payment_delay": (_("Prazo real de pagamento"), _("dias entre vencimento e pagamento, por valor, em 90 dias")),
    "punctuality_count_bps": (_("Pontualidade (títulos)"), _("títulos pagos em dia ÷ títulos vencidos em 90 dias")),
    "punctuality_value_bps": (_("Pontualidade (valor)"), _("valor pago em dia ÷ valor vencido em 90 dias")),
    "received_centavos": (_("Recebido em 30 dias"), _("pagamentos menos estornos")),
    "sales_centavos": (_("Vendas a prazo em 90 dias"), _("valor emitido menos cancelamentos")),
    "dso_simple": (_("DSO simples"), _("em aberto ÷ vendas de 90 dias × 90")),
    "dso_countback": (_("DSO por exaustão"), _("dias das vendas mais recentes que o saldo em aberto cobre")),
    "dso_best_possible": (_("Melhor DSO possível"), _("a vencer ÷ vendas de 90 dias × 90")),
    "average_days_delinquent": (_("Dias perdidos em atraso"), _("DSO simples − melhor DSO possível")),
    "cost_of_delay_centavos": (_("Custo do atraso"), _("Σ vencido × dias de atraso × custo de capital ao mês ÷ 30")),
    "roll_bps": (_("Rolagem em 30 dias"), _("do que estava na faixa há 30 dias, quanto está em faixa pior")),
    "recovery_bps": (
        _("Recuperação"),
        _("do que venceu em 12 meses, a parte já quitada; por mês de vencimento e idade"),
    ),
    "pareto_share_bps": (_("Pareto dos atrasos"), _("parte do vencido que está com os maiores devedores")),
    "pareto_80_debtors": (_("Clientes com 80% do vencido"), _("menor número de clientes que soma 80% do vencido")),
    "top20_share_bps": (_("Vencido nos 20% maiores"), _("parte do vencido com os 20% maiores devedores")),
}
BUCKETS: tuple[Promise | str, ...] = (
    _("a vencer"),
    _("1 a 15"),
    _("16 a 30"),
    _("31 a 60"),
    _("61 a 90"),
    _("91 a 180"),
    _("181 a 360"),
    _("mais de 360"),
)
ROLL_BUCKETS: tuple[Promise | str, ...] = (
    _("em dia → atraso"),
    _("1–30 → pior"),
    _("31–60 → pior"),
    _("61–90 → pior"),
    _("mais de 90, segue em aberto"),
)
NONE = "—"


def _comma(value: int, digits: int) -> str:
    whole, rest = divmod(abs(value), 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + (f",{rest:0{digits}d}" if digits else "")


def shown(kpi: str, value: int | None) -> str:
    """Return a value with its unit, the Brazilian way; a dash where the KPI has none."""
    if value is None:
        return NONE
    unit = KPIS[kpi].unit
    if unit is Unit.CENTAVOS:
        return format_brl(value)
    if unit is Unit.BPS:
        return f"{_comma(value, 2)}%"
    if unit is Unit.DAYS_E1:
        return f"{_comma(value, 1)} dias"
    return _comma(value, 0)


def difference(kpi: str, now: int, before: int) -> str | None:
    """Return by how much a value moved: points of a share, else percent; None where there was nothing before."""
    if KPIS[kpi].unit is Unit.BPS:
        return f"{_comma(abs(now - before), 2)} p.p."
    return f"{_comma((abs(now - before) * 2000 + abs(before)) // (2 * abs(before)), 1)}%" if before else None
