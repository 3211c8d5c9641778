"""Importing on the screen: send files, say what their columns mean, look, confirm, follow, mend what was refused."""

from receba.intake.views.following import file, progress, stop
from receba.intake.views.mending import alike, ignore, mend, rejected, tally
from receba.intake.views.sending import confirm, example, imports, mapping, preview

__all__ = [
    "alike", "confirm", "example", "file", "ignore", "imports", "mapping", "mend", "preview", "progress",
    "rejected", "stop", "tally",
]  # fmt: skip
