"""The collector's questions: who is next, who is this, what happened, which titles. They never write."""

from receba.casework.queries.debtors import Found, debtors_page, profile, search, titles_like
from receba.casework.queries.queue import Place, counters, largest, place, promises_due, queue_day, queue_page, selects
from receba.casework.queries.timeline import MOST as MOST_EVENTS
from receba.casework.queries.timeline import Event, timeline
from receba.casework.queries.titles import Filter, TitleList, TitlePage, open_titles, title_page, titles_as_of

__all__ = [
    "MOST_EVENTS",
    "Event",
    "Filter",
    "Found",
    "Place",
    "TitleList",
    "TitlePage",
    "counters",
    "debtors_page",
    "largest",
    "open_titles",
    "place",
    "profile",
    "promises_due",
    "queue_day",
    "queue_page",
    "search",
    "selects",
    "timeline",
    "title_page",
    "titles_as_of",
    "titles_like",
]
