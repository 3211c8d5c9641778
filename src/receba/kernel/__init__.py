"""Money, days, documents and the typed tables that steps hand to each other. Pure."""
