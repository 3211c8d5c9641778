from django.apps import AppConfig


class DailyConfig(AppConfig):
    name = "receba.daily"
