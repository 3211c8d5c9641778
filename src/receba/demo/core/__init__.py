"""The generator itself: pure, seeded, in columns."""
