from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "receba.intake"
    verbose_name = "Importação"
