"""Receba: the whole life of a receivable in Brazil."""

__version__ = "0.1.0"
