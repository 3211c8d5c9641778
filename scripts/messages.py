"""Keep the translations: read every marked text out of the source, bring the catalogues up to date, say what is missing.

`messages.py` updates src/receba/locale/*/LC_MESSAGES/django.po and fails while a text has no translation; `--compile`
makes the .mo files that the program reads. Texts are Portuguese in the source; GNU gettext is not needed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REPO = Path(__file__).resolve().parent.parent
SOURCE = REPO / "src" / "receba"
KEYWORDS: dict[str, Any] = {
    name: numbers
    for plain, numbers in {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}.items()
    for name in (plain, f"{plain}_lazy")
} | {"_": None, "gettext_noop": None, "npgettext": ((1, "c"), 2, 3), "said": None}
COMMENT = "Translators:"
HEADER = """# Texts of Receba; `make messages` reads them out of the source again and keeps the translations.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def catalogues(source: Path = SOURCE) -> list[Path]:
    """Return the .po files, one a language."""
    return sorted(source.glob("locale/*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """Return a catalogue as it is on the disk."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="django")


def _sources() -> Iterator[tuple[Path, str]]:
    """Give (file, text in which the marks are Python calls) of everything that people may read."""
    from django.utils.translation.template import templatize

    for path in sorted(
        [*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]
    ):
        if not {"tests", "migrations"} & set(path.relative_to(SOURCE).parts):
            text = path.read_text(encoding="utf-8")
            if path.suffix != ".py":  # what is no mark becomes X: without indentation it is good enough for a tokenizer
                text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
            yield path, text


def extracted() -> Catalog:
    """Return every marked text of the source, with the files it stands in."""
    found = Catalog(domain="django", charset="utf-8")
    for path, text in _sources():
        for _line, texts, comments, context in extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, (COMMENT,), {"encoding": "utf-8"}, strip_comment_tags=True
        ):
            found.add(texts, locations=[(str(path.relative_to(REPO)), None)], auto_comments=comments, context=context)
    return found


def brought_up_to_date(catalogue: Catalog, source: Catalog) -> Catalog:
    """Return the source's texts, in its order, with the translations that the catalogue has; what is gone is gone."""
    new = Catalog(locale=catalogue.locale, domain="django", charset="utf-8")
    for text in source:
        known = catalogue.get(text.id, text.context) if text.id else None
        if text.id:
            new.add(text.id, known.string if known else None, text.locations, known.flags if known else (),
                    text.auto_comments, known.user_comments if known else (), context=text.context)  # fmt: skip
    return new


def faults(catalogue: Catalog) -> list[str]:
    """Return what a person must still do: a missing or a doubtful translation, one line each."""
    return [
        f"{'fuzzy' if message.fuzzy else 'missing'}: {message.id}"
        for message in catalogue
        if message.id and (message.fuzzy or not all(strings(message)))
    ]


def strings(message: Message) -> list[str]:
    """Return a message's translation: one text, or one a plural form; empty where there is none."""
    given = message.string or ""
    return [given] if isinstance(given, str) else list(given)


def written(catalogue: Catalog) -> bytes:
    """Return the catalogue as its file holds it: no dates, no line numbers, which would change with every commit."""
    body = io.BytesIO()
    write_po(body, catalogue, width=100, include_lineno=False, omit_header=True)
    return HEADER.format(language=catalogue.locale_identifier, plural=catalogue.plural_forms).encode() + body.getvalue()


def compile_all(source: Path = SOURCE, into: Path | None = None) -> list[Path]:
    """Write the .mo of every catalogue beside it, or under `into`; return them."""
    made = []
    for path in catalogues(source):
        target = (into / path.relative_to(source / "locale") if into else path).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, read(path))
        made.append(target)
    return made


def main() -> int:
    """Compile, or update and report; return the exit code."""
    if "--compile" in sys.argv[1:]:
        compile_all()
        return 0
    source = extracted()
    left = []
    for path in catalogues():
        catalogue = brought_up_to_date(read(path), source)
        path.write_bytes(written(catalogue))
        left += [f"{path.relative_to(REPO)}: {fault}" for fault in faults(catalogue)]
    compile_all()
    print("\n".join(left) or f"{len(source)} texts, each with its translation")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
