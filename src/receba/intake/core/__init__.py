"""Raw text in, typed rows and reasons out. Pure."""
