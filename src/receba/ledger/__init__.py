"""Titles and their entries, charges by date, terms and indices as data, holds. The only place where a debt changes."""
