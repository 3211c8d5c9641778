"""English words, Brazilian figures: 05/06/2026 is the fifth of June and 1.234,56 is money, typed or read, in both languages."""

from django.conf.locale.pt_BR.formats import *  # type: ignore[import-untyped]  # noqa: F403
