from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "receba.segments"
    verbose_name = "Segmentos"
