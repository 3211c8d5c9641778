"""Files and bytes into raw text tables: CSV (also compressed), XLSX, Parquet, told apart by their first bytes."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from receba.intake.core.errors import IntakeError
from receba.intake.core.fields import SPECS
from receba.intake.core.mapping import Mapping
from receba.intake.core.parsing import parse
from receba.intake.core.raw import RawTable
from receba.intake.core.reading import Reading
from receba.intake.readers.csv import read_csv
from receba.intake.readers.parquet import read_parquet
from receba.intake.readers.xlsx import read_xlsx
from receba.kernel.words import said

MAX_BYTES = 2 * 1024**3
"""Largest content read, after decompression."""

_GZIP, _ZIP, _PARQUET, _OLD_EXCEL, _PDF = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"%PDF"


def read_file(path: Path, spec_name: str, mapping: Mapping | None) -> Reading:
    """Read a file as one kind of table (`customers`, `titles`, `settlements`, `ledger`); its header may be guessed.

    Raises IntakeError for a file that is no table, or whose required fields have no column.
    """
    return parse(read_path(path, mapping.delimiter if mapping else None), SPECS[spec_name], mapping)


def read_path(path: Path, delimiter: str | None = None) -> RawTable:
    """Return the raw table of a file; raises IntakeError when it is absent, empty or no table."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise IntakeError("no_file", said("O arquivo “{name}” não existe.", name=path.name)) from error
    except OSError as error:
        raise IntakeError("no_file", said("O arquivo “{name}” não pôde ser lido.", name=path.name)) from error
    return read_bytes(data, delimiter)


def read_bytes(data: bytes, delimiter: str | None = None) -> RawTable:
    """Return the raw table of a file's content, whatever its name says."""
    if data.startswith(_GZIP):
        data = _decompressed(data)
    if not data.strip():
        raise IntakeError("empty_file", said("O arquivo está vazio."))
    if data.startswith(_PARQUET):
        return read_parquet(data)
    if data.startswith((_ZIP, _OLD_EXCEL)):
        return read_xlsx(data)
    if data.startswith(_PDF):
        raise IntakeError("not_text", said("O arquivo é um PDF. Envie CSV (também .gz), XLSX ou Parquet."))
    return read_csv(data, delimiter)


def _decompressed(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise IntakeError("bad_gzip", said("O arquivo .gz está incompleto ou danificado.")) from error
    if len(content) > MAX_BYTES:
        raise IntakeError("too_big", said("O arquivo descompactado passa de 2 GB. Divida-o em partes."))
    return content
