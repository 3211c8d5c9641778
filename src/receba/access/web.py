"""The one way into a company's pages: signed in, granted, permitted, inside the company's scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from receba.access.core.roles import Permission
from receba.access.models import Company
from receba.access.queries import scope_for
from receba.access.scope import NotAllowed, Scope


class CompanyRequest(HttpRequest):
    """A request inside a company: `company` is the creditor's, `scope` what the person may do there."""

    company: Company
    scope: Scope


type_of_view = Callable[Concatenate[CompanyRequest, ...], HttpResponseBase]


def company_view(
    permission: Permission, *more: Permission
) -> Callable[[type_of_view], Callable[..., HttpResponseBase]]:
    """Let a view run for people whose roles in the company of the address include `permission`, and `more` if given.

    A company that is not granted does not exist for the person (404); a missing permission is refused (403). The view
    runs, and a lazy template is rendered, while the scope is active.
    """
    needed = frozenset({permission, *more})

    def decorate(view: type_of_view) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def inside(request: Any, company_id: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            scope = scope_for(request.user, company_id, reason=f"{request.method} {request.path}")
            if scope is None:
                raise Http404
            if not all(map(scope.allows, needed)):
                raise PermissionDenied
            request.company, request.scope = Company.objects.get(pk=company_id), scope
            try:
                with scope.active():
                    response = view(request, *args, **kwargs)
                    if isinstance(response, TemplateResponse):
                        response.render()
                    return response
            except NotAllowed as refusal:
                raise PermissionDenied from refusal

        inside.permission = permission  # type: ignore[attr-defined]
        inside.permissions = needed  # type: ignore[attr-defined]  # read by the test that walks every address
        return inside

    return decorate
