"""The three made-up creditor companies and how their customers behave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OPERATOR = "Ponte BPO Financeiro"
"""The made-up operator who collects for all three companies."""


class Trade(StrEnum):
    """How titles come to be."""

    PURCHASES = "purchases"
    TUITION = "tuition"
    INSTALMENTS = "instalments"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A kind of payer. PD is the chance (1e-4) that one title is paid 5 or more days late, or never."""

    name: str
    pd_e4: tuple[int, int]
    mean_delay_days: tuple[int, int]
    lost_per_mille: int
    """Share of the bad titles that are never paid."""
    good_delays: tuple[int, ...]
    """Days from the effective due date when the title is not bad: all under 5."""


BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("punctual", (50, 600), (7, 12), 20, (-6, -4, -3, -2, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    Behaviour("forgetful", (800, 2200), (8, 18), 40, (-2, -1, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4)),
    Behaviour("late", (3000, 6000), (15, 40), 100, (-1, 0, 0, 1, 2, 3, 3, 4)),
    Behaviour("defaulter", (6500, 9200), (40, 90), 600, (0, 1, 3, 4)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One creditor company and the shape of its portfolio."""

    key: str
    company: str
    document: str
    trade: Trade
    customer_prefix: str
    title_prefix: str
    mix: Mapping[str, int]
    """Behaviour -> parts of 100 of the customers."""
    firms_per_mille: int
    firm_words: str
    places: tuple[str, ...]
    portfolios: tuple[str, ...]
    payment_methods: tuple[str, ...]
    charges_per_mille: int
    """Share of the late payments that come with fine and interest."""
    season_volume: Mapping[int, int]
    """Month (1..12) -> volume in percent; months left out are 100."""
    season_risk: Mapping[int, int]
    """Month (1..12) of the due date -> PD in percent; months left out are 100."""
    has_giant: bool = True
    """Whether one customer holds more than 700 titles, and one title is worth R$ 1,234,567.89."""


SERRA_AZUL = Profile(
    key="serra-azul",
    company="Distribuidora Serra Azul Ltda",
    document="45987234000102",
    trade=Trade.PURCHASES,
    customer_prefix="C",
    title_prefix="NF",
    mix={"punctual": 52, "forgetful": 27, "late": 15, "defaulter": 6},
    firms_per_mille=930,
    firm_words="food",
    places=(
        "Caxias do Sul",
        "Porto Alegre",
        "Florianópolis",
        "Joinville",
        "Curitiba",
        "Maringá",
        "São Paulo",
        "Campinas",
        "Ribeirão Preto",
        "São José do Rio Preto",
        "Itaquaquecetuba",
        "Belo Horizonte",
        "Rio de Janeiro",
        "Salvador",
    ),
    portfolios=("Varejo alimentar", "Varejo alimentar", "Food service", "Atacado"),
    payment_methods=("boleto", "boleto", "boleto", "boleto", "boleto", "pix", "pix", "transferencia", "cheque"),
    charges_per_mille=650,
    season_volume={1: 80, 2: 72, 11: 120, 12: 150},
    season_risk={1: 125, 2: 135, 3: 110, 12: 90},
)
HORIZONTE = Profile(
    key="horizonte",
    company="Colégio Horizonte",
    document="18340771000193",
    trade=Trade.TUITION,
    customer_prefix="R",
    title_prefix="M",
    mix={"punctual": 58, "forgetful": 25, "late": 12, "defaulter": 5},
    firms_per_mille=20,
    firm_words="family",
    places=("Belo Horizonte", "Belo Horizonte", "Belo Horizonte", "Belo Horizonte", "Nova Lima"),
    portfolios=("Ensino Fundamental", "Ensino Fundamental", "Ensino Médio", "Educação Infantil"),
    payment_methods=("boleto", "boleto", "boleto", "pix", "pix", "pix", "cartao"),
    charges_per_mille=800,
    season_volume={1: 100},
    season_risk={1: 140, 2: 130, 12: 120},
    has_giant=False,
)
VILA_NOVA = Profile(
    key="vila-nova",
    company="Vila Nova Loteamentos",
    document="07512864000131",
    trade=Trade.INSTALMENTS,
    customer_prefix="L",
    title_prefix="VN",
    mix={"punctual": 50, "forgetful": 25, "late": 16, "defaulter": 9},
    firms_per_mille=180,
    firm_words="building",
    places=("Goiânia", "Goiânia", "Goiânia", "Aparecida de Goiânia", "Aparecida de Goiânia", "Brasília", "Uberlândia"),
    portfolios=("Residencial Vila Nova", "Residencial Vila Nova", "Jardim das Paineiras", "Chácaras Água Clara"),
    payment_methods=("boleto", "boleto", "boleto", "boleto", "pix", "pix", "debito_automatico"),
    charges_per_mille=850,
    season_volume={},
    season_risk={1: 125, 2: 130, 12: 115},
)
PROFILES: tuple[Profile, ...] = (SERRA_AZUL, HORIZONTE, VILA_NOVA)
