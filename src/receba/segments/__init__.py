"""Risk x behaviour x value x person type: in which cell each debtor is, and since when."""
