"""Showing HTML that came from elsewhere: alone in a frame, in a sandbox, where nothing runs and nothing is fetched."""

from __future__ import annotations

from django.http import HttpResponse

_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def framed(html: str) -> HttpResponse:
    """Return a document for a frame of our own pages: no script, no request, no form, no way to the page around it."""
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = _POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response
