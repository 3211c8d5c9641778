"""Names of debtors as they are looked for. Pure."""
