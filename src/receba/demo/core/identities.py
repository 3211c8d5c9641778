"""Names, documents, addresses and contacts of made-up people and firms."""

from __future__ import annotations

import polars as pl

from receba.demo.core import documents, names
from receba.demo.core.calendar import as_date
from receba.demo.core.chance import Chance
from receba.demo.core.profile import Profile
from receba.demo.core.text import joined, padded, sometimes

FIRMS_PER_GROUP = 3
GROUPED_PER_MILLE = 90
LETTERED_PER_MILLE = 60
C, ROOT, BRANCH, GROUP = pl.col("c"), pl.col("root"), pl.col("branch"), pl.col("g")
IS_PERSON = pl.col("person_type") == "PF"


def identify(frame: pl.DataFrame, profile: Profile, chance: Chance) -> pl.DataFrame:
    """Return the customers (rows c, size, since_day) with the columns that a creditor's register has."""
    frame = _grouped(frame, profile, chance)
    frame = _registered(frame, profile, chance)
    frame = _registered_twice(_address(frame, profile, chance))
    return _contacts(frame, chance)


def _grouped(frame: pl.DataFrame, profile: Profile, chance: Chance) -> pl.DataFrame:
    """Add person_type, g (number of the group or null), branch and root (the row whose name and CNPJ root it bears).

    Firms of a group with an even number are branches under one CNPJ root; the others are separate firms.
    """
    is_firm = (pl.col("size") == "giant") | chance.happens(profile.firms_per_mille, "is firm", C)
    grouped = is_firm & (pl.col("size") != "giant") & chance.happens(GROUPED_PER_MILLE, "in group", C)
    members = frame.height * profile.firms_per_mille // 1000 * GROUPED_PER_MILLE // 1000
    group = chance.below(max(1, members // FIRMS_PER_GROUP), "group", C)
    frame = frame.with_columns(
        person_type=pl.when(is_firm).then(pl.lit("PJ")).otherwise(pl.lit("PF")),
        g=pl.when(grouped).then(group),
    )
    is_branch = (GROUP % 2 == 0).fill_null(value=False)
    frame = frame.with_columns(branch=pl.when(is_branch).then(pl.int_range(pl.len()).over("g") + 1).otherwise(1))
    return frame.with_columns(root=pl.when(BRANCH > 1).then(C.min().over("g")).otherwise(C))


def _registered(frame: pl.DataFrame, profile: Profile, chance: Chance) -> pl.DataFrame:
    # Each company walks through the documents from another place.
    offset = int.from_bytes(profile.key.encode()[:4], "little")
    cnpj = documents.cnpj(ROOT, offset, BRANCH, chance.happens(LETTERED_PER_MILLE, "letters", ROOT))
    surname = chance.pick(names.SURNAMES, "group name", GROUP.fill_null(0))
    return frame.with_columns(
        customer=joined(profile.customer_prefix, padded(C + 1, 6)),
        name=pl.when(IS_PERSON).then(_person_name(chance)).otherwise(_firm_name(profile, chance)),
        document=pl.when(IS_PERSON).then(documents.cpf(C, offset)).otherwise(cnpj),
        group=pl.when(GROUP.is_not_null()).then(joined("Grupo ", surname, " ", GROUP + 1)),
        portfolio=chance.pick(profile.portfolios, "portfolio", C),
        since=as_date(pl.col("since_day")),
    )


def _person_name(chance: Chance) -> pl.Expr:
    return joined(
        chance.pick(names.FIRST_NAMES, "first name", C),
        sometimes(chance.happens(550, "has middle", C), " ", chance.pick(names.SURNAMES, "middle", C)),
        sometimes(chance.happens(90, "has third", C), " ", chance.pick(names.SURNAMES, "third", C)),
        " ",
        chance.pick(names.SURNAMES, "surname", C),
    )


def _firm_name(profile: Profile, chance: Chance) -> pl.Expr:
    """Branches bear the name of their root; the longest names have more than 120 characters, as in real registers."""
    food = profile.firm_words == "food"
    words = names.FIRM_NAMES + names.FOOD_NAMES if food else names.FIRM_NAMES
    return joined(
        chance.pick(names.TRADES[profile.firm_words], "trade", ROOT),
        " ",
        chance.pick(words, "firm", ROOT),
        sometimes(chance.happens(300, "has owner", ROOT), " ", chance.pick(names.SURNAMES, "owner", ROOT)),
        " ",
        chance.pick(names.FIRM_FORMS if food else names.FORMS_PLAIN, "form", ROOT),
        sometimes(BRANCH > 1, " – Filial ", padded(BRANCH, 2)),
    )


def _address(frame: pl.DataFrame, profile: Profile, chance: Chance) -> pl.DataFrame:
    places = [names.PLACES[city] for city in profile.places]
    table = pl.DataFrame(
        {
            "place": range(len(places)),
            "city": [place.city for place in places],
            "state": [place.state for place in places],
            "area_code": [place.area_code for place in places],
            "zip_from": [place.zip_from for place in places],
            "zip_count": [place.zip_to - place.zip_from + 1 for place in places],
        }
    )
    frame = frame.with_columns(place=chance.below(len(places), "place", C))
    frame = frame.join(table, on="place", how="left", maintain_order="left", validate="m:1")
    prefix = pl.col("zip_from") + chance.below(pl.col("zip_count"), "zip", C)
    street = joined(
        chance.pick(names.STREET_KINDS, "street kind", C), " ", chance.pick(names.STREET_NAMES, "street", C)
    )
    number = chance.between(1, 2400, "number", C)
    flat = sometimes(chance.happens(250, "has unit", C), ", apto ", chance.between(11, 184, "unit", C))
    return frame.with_columns(
        zip=joined(padded(prefix, 5), "-", padded(chance.below(900, "zip end", C), 3)),
        street=joined(street, ", ", number, flat),
        district=chance.pick(names.DISTRICTS, "district", C),
    )


def _registered_twice(frame: pl.DataFrame) -> pl.DataFrame:
    """The third customer is the second again, under another code, as happens when a system is replaced."""
    again = C == 2
    same = ("person_type", "document", "group", "zip", "street", "district", "city", "state", "area_code", "root")
    return frame.with_columns(
        *(pl.when(again).then(pl.col(name).shift(1)).otherwise(pl.col(name)).alias(name) for name in same),
        pl.when(again).then(pl.col("name").shift(1).str.to_uppercase()).otherwise(pl.col("name")).alias("name"),
    )


def _contacts(frame: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Some have no e-mail, some no phone, a few nothing; a few share their accountant's e-mail.

    Mobile numbers begin with 90, which is not known to be in use for subscribers (not confirmed with Anatel).
    """
    shared = joined(chance.pick(names.SHARED_MAILBOXES, "mailbox", C), f".{names.MAIL_DOMAIN}")
    email = (
        pl.when(chance.happens(35, "shared email", C))
        .then(shared)
        .when(IS_PERSON)
        .then(joined(_first_words("."), C + 1, f"@{names.MAIL_DOMAIN}"))
        .otherwise(joined("financeiro@", _first_words("-"), ROOT + 1, f".{names.MAIL_DOMAIN}"))
    )
    area = joined("(", pl.col("area_code"), ") ")
    last = padded(chance.below(10_000, "phone end", C), 4)
    phone = joined(area, chance.between(2, 5, "line", C), "00", chance.below(10, "line 2", C), "-", last)
    mobile = joined(area, "90", padded(chance.below(1000, "mobile", C), 3), "-", last)
    reachable = ~chance.happens(8, "unreachable", C)
    return frame.with_columns(
        email=pl.when(reachable & ~chance.happens(80, "no email", C)).then(email),
        phone=pl.when(reachable & ~chance.happens(450, "no phone", C)).then(phone),
        mobile=pl.when(reachable & ~chance.happens(120, "no mobile", C)).then(mobile),
    )


def _first_words(separator: str) -> pl.Expr:
    """The first two words of the name, as they may stand in an address: a-z, 0-9, dots and hyphens."""
    words = pl.col("name").str.split(" ").list.slice(0, 2).list.join(separator)
    return words.str.normalize("NFD").str.to_lowercase().str.replace_all(r"[^a-z0-9.\-]", "")
