"""The collector's room: the queue of the day, the debtor page, interactions and what follows from them."""
