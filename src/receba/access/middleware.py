"""Puts the signed-in person's name on whatever a request writes outside a company (sign-in, own password)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from receba.access.scope import Actor, acting

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
