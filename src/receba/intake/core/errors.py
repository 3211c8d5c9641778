"""The refusals that stop a whole file, said to the person who sent it."""

from __future__ import annotations


class IntakeError(Exception):
    """A file or a mapping that cannot be read at all; `code` is stable, the text is for the user (pt-BR)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
