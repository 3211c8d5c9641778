"""The order of the day: one file (`order.py`) reads like the process."""
