"""The collector's questions: who is next, who is this, what happened, which titles. They never write."""

from receba.casework.queries.debtors import Found, debtors_page, profile, search
from receba.casework.queries.queue import counters, largest, neighbours, promises_due, queue_day, queue_page, selects
from receba.casework.queries.timeline import Event, timeline
from receba.casework.queries.titles import Filter, TitleList, TitlePage, open_titles, title_page, titles_as_of

__all__ = [
    "Event",
    "Filter",
    "Found",
    "TitleList",
    "TitlePage",
    "counters",
    "debtors_page",
    "largest",
    "neighbours",
    "open_titles",
    "profile",
    "promises_due",
    "queue_day",
    "queue_page",
    "search",
    "selects",
    "timeline",
    "title_page",
    "titles_as_of",
]
