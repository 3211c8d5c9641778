"""The published recipe: pure, once in columns, once in plain Python."""
