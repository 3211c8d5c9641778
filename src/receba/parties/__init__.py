"""Debtors, their addresses and contacts."""
