"""Who works for whom: operator, creditor companies, portfolios, people and their grants; and the audit chain."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from receba.access.core.roles import Role


class Operator(models.Model):
    """The organisation that works the receivables: a BPO, a servicer, or the creditor itself."""

    name = models.CharField(_("nome"), max_length=200)
    document = models.CharField(_("CNPJ"), max_length=14, blank=True)

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """A creditor company: the owner of the titles. Its identity goes on every message (CDC art. 42-A)."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="companies")
    name = models.CharField(_("razão social"), max_length=200)
    trade_name = models.CharField(_("nome fantasia"), max_length=200, blank=True)
    document = models.CharField(_("CNPJ"), max_length=14)
    address = models.CharField(_("endereço"), max_length=300)
    phone = models.CharField(_("telefone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail de atendimento"), blank=True)
    website = models.URLField(_("site"), blank=True)
    colour = models.PositiveSmallIntegerField(_("cor"), default=1)
    approve_automatically = models.BooleanField(_("aprovar o plano automaticamente"), default=False)
    sends_for_real = models.BooleanField(_("envia de verdade (fora do modo de teste)"), default=False)
    scoring_parameters = models.JSONField(_("parâmetros dos índices"), default=dict, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.trade_name or self.name


class Portfolio(models.Model):
    """A part of a company's titles (carteira) that is managed and granted on its own."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="portfolios")
    code = models.CharField(_("código"), max_length=60)
    name = models.CharField(_("nome"), max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="portfolio_code_once_a_company")]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Makes people; Django and allauth ask for these two verbs."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What they may do is in their grants, never here."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("nome"), max_length=200)
    operator = models.ForeignKey(Operator, models.PROTECT, null=True, blank=True, related_name="people")
    is_active = models.BooleanField(_("ativo"), default=True)
    is_staff = models.BooleanField(default=False)
    must_change_password = models.BooleanField(_("ainda com a primeira senha"), default=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email


ROLE_LABELS = {
    Role.OWNER: _("dono"),
    Role.MANAGER: _("gestor"),
    Role.COLLECTOR: _("cobrador"),
    Role.AUDITOR: _("auditor"),
    Role.READER: _("somente leitura"),
}


class Grant(models.Model):
    """A role of a person in a company, over all of its portfolios or one."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    company = models.ForeignKey(Company, models.PROTECT, related_name="grants")
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, null=True, blank=True, related_name="grants")
    role = models.CharField(_("papel"), max_length=20, choices=[(r.value, label) for r, label in ROLE_LABELS.items()])
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "company", "portfolio", "role"],
                condition=models.Q(revoked_at=None),
                nulls_distinct=False,
                name="grant_once",
            )
        ]


class AuditEvent(models.Model):
    """One statement that wrote: who, when, what, why. Written by triggers only; append-only."""

    chain = models.BigIntegerField(_("empresa"), help_text="company id; 0 for what belongs to no company")
    at = models.DateTimeField(_("quando"))
    actor = models.CharField(_("quem"), max_length=200)
    reason = models.TextField(_("por quê"), blank=True)
    table = models.CharField(_("tabela"), max_length=63)
    operation = models.CharField(_("operação"), max_length=6)
    row_count = models.BigIntegerField(_("linhas"))
    rows = models.JSONField(_("dados"), null=True)
    digest = models.CharField(_("resumo"), max_length=64)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["chain", "-id"])]


class AuditLink(models.Model):
    """The place of an event in its chain, fixed at commit: each hash covers the one before it."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, primary_key=True, related_name="link")
    chain = models.BigIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="audit_position_once")]
