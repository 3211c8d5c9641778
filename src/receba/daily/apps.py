from django.apps import AppConfig


class DailyConfig(AppConfig):
    name = "receba.daily"

    def ready(self) -> None:
        """Tell the console, which is an earlier room, whom to ask about working days."""
        from receba.console import glance
        from receba.daily import queries

        if queries.latest not in glance.runs_told_by:
            glance.runs_told_by.append(queries.latest)
