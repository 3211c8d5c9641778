"""The terminal's door: `receba …`. Every command translates, asks one room, and prints what it answered.

Exit codes: 0 done · 1 refused or found wrong (the reason is printed) · 2 wrong usage · 3 not set up yet
· 4 done, but some rows were rejected · 5 somebody else is at it right now.
"""

from __future__ import annotations

import typer

from receba.cli import files, keep, tables, work

app = typer.Typer(
    name="receba",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Contas a receber e cobrança: do arquivo ao dia de trabalho.",
)
for module in (keep, work, files, tables):
    module.add_to(app)


def main() -> None:
    """Run the command line."""
    app()
