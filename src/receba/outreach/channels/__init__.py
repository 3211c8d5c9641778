"""The ways out, one folder a channel."""
