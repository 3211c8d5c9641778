"""Nobody signs up by themselves: people are invited by an owner, and choose a password of their own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from receba.access import services
from receba.access.middleware import ASKED_FIRST
from receba.access.models import Person


class ClosedAdapter(DefaultAccountAdapter):
    """Closes sign-up and ends first passwords; the rest is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def clean_username(self, username: str, shallow: bool = False) -> Any:
        return username

    def clean_password(self, password: str, user: Any = None) -> Any:
        if isinstance(user, Person) and user.must_change_password and user.check_password(password):
            raise ValidationError(_("Escolha uma senha diferente da que recebeu."))
        return super().clean_password(password, user=user)

    def set_password(self, user: Any, password: str) -> None:
        services.choose_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        asked = str(request.session.pop(ASKED_FIRST, ""))
        safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
        return asked if asked and safe else resolve_url(settings.LOGIN_REDIRECT_URL)
