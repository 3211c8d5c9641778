#!/usr/bin/env python
"""Django's own commands, for developers. Users have `receba`."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receba.config.settings")

if __name__ == "__main__":
    from django.conf import settings
    from django.core.management import execute_from_command_line

    if settings.EMBEDDED and sys.argv[1:2] != ["makemigrations"]:
        settings.EMBEDDED.start()
    execute_from_command_line(sys.argv)
