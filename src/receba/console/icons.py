"""A few drawings for buttons and marks, each one path on 24 × 24, drawn with the letters' own colour."""

from __future__ import annotations

from html import escape

PATHS = {
    "bank": "M3 9l9-5 9 5M4 20h16M6 10v7M10 10v7M14 10v7M18 10v7",
    "calendar": "M4 6h16v15H4zM4 11h16M8 3v5M16 3v5",
    "check": "M4 12l5 6L20 6",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 3",
    "download": "M12 3v12M7 11l5 5 5-5M4 21h16",
    "filter": "M3 5h18l-7 8v6l-4 2v-8z",
    "help": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 17v.1",
    "building": "M5 21V4h9v17M14 9h5v12M8 8h3M8 12h3M8 16h3M3 21h18",
    "close": "M6 6l12 12M18 6L6 18",
    "gauge": "M4 18a9 9 0 1 1 16 0M12 15l4-6",
    "inbox": "M4 13l3-8h10l3 8v7H4zM4 13h5l1 3h4l1-3h5",
    "key": "M3 6h18v12H3zM7 10h.1M11 10h.1M15 10h.1M8 14h8",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "panel": "M4 20V10M10 20V4M16 20v-7M21 20H3",
    "parts": "M12 3v9h9M12 3a9 9 0 1 0 9 9",
    "queue": "M9 6h12M9 12h12M9 18h12M4 6h.1M4 12h.1M4 18h.1",
    "ruler": "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2",
    "sheet": "M6 3h9l4 4v14H6zM9 12h7M9 16h7",
    "undo": "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-3",
    "language": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3.500 4 3.500 14 0 18M12 3c-3.500 4-3.500 14 0 18",
    "lock": "M6 11h12v10H6zM8 11V8a4 4 0 0 1 8 0v3",
    "mail": "M3 6h18v13H3zM3 7l9 7 9-7",
    "next": "M9 5l7 7-7 7",
    "pause": "M8 5v14M16 5v14",
    "people": "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-4 3-6 7-6s7 2 7 6M16 3.500a4 4 0 0 1 0 7.200M18 15c2.500.7 4 2.600 4 6",
    "person": "M12 12a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9M4 21c0-4 3.500-6 8-6s8 2 8 6",
    "phone": "M5 3h4l2 5-2.500 2a12 12 0 0 0 5.500 5.500l2-2.500 5 2v4c0 1-1 2-2 2C11 21 3 13 3 5c0-1 1-2 2-2",
    "play": "M7 4l13 8-13 8z",
    "plus": "M12 4v16M4 12h16",
    "previous": "M15 5l-7 7 7 7",
    "search": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
    "sliders": "M4 7h10M18 7h2M4 17h4M12 17h8M14 5v4M10 15v4",
    "stop": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 6l12 12",
    "trash": "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14",
    "upload": "M12 16V4M7 8l5-5 5 5M4 21h16",
    "warning": "M12 3L2 20h20zM12 10v4M12 17v.1",
}


def icon(name: str, label: str = "") -> str:
    """Return the drawing `name`; silent for screen readers unless it has a label. Raises KeyError for others."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="icon" viewBox="0 0 24 24" {said}><path d="{PATHS[name]}"/></svg>'
