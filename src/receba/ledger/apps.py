from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "receba.ledger"
    verbose_name = "Razão"
