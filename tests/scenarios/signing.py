"""A browser with somebody signed in."""

from __future__ import annotations

from django.test import Client

from receba.access.models import Person
from receba.access.scope import Actor, acting


def signed_in(person: Person | None) -> Client:
    """Return a client in which the person is signed in; None is a visitor."""
    client = Client()
    if person is not None:
        with acting(Actor("person", person.email, person.pk), "sign in"):  # the sign-in itself is a write
            client.force_login(person)
    return client
