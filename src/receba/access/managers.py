"""The manager of every table that belongs to a company: no scope, no rows (django-scopes)."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django_scopes import get_scope
from django_scopes.manager import DisabledQuerySet

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class CompanyManager(models.Manager[_Row]):
    """Gives the rows of the active scope's company; without a scope any query raises ScopeError."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        scope = get_scope()
        if not scope.get("_enabled", True):
            return super().get_queryset()
        if scope.get("company") is None:
            disabled: models.QuerySet[_Row] = DisabledQuerySet(self.model, using=self._db, missing_scopes=["company"])
            return disabled
        return super().get_queryset().filter(company_id=scope["company"])
