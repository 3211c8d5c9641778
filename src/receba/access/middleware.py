"""Puts the signed-in person's name on what a request writes outside a company; keeps first passwords to one page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from receba.access.scope import Actor, acting

ASKED_FIRST = "asked_first"
"""Where in the session the page is kept that somebody asked for before choosing a password."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ActorMiddleware:
    """Opens `acting` around requests that may write; a company scope inside takes over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _SAFE:
            return self.get_response(request)
        person = request.user
        actor = Actor("person", person.email, person.pk) if person.is_authenticated else Actor("person", "visitor")
        with acting(actor, f"{request.method} {request.path}"):
            return self.get_response(request)


class FirstPasswordMiddleware:
    """Lets nobody go on with a password that somebody else knows: first they choose their own, or sign out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not (person.is_authenticated and person.must_change_password):
            return self.get_response(request)
        choose = reverse("account_change_password")
        if request.path in (choose, reverse("account_logout")):
            return self.get_response(request)
        if request.method == "GET" and not request.headers.get("HX-Request"):
            request.session[ASKED_FIRST] = request.get_full_path()
        return redirect(choose)
