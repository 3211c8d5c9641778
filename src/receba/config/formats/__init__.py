"""How figures and days are written and read, a folder a language."""
