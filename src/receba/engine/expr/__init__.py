"""Integer expressions that give the same value on every backend."""
