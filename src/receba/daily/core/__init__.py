"""Pure: from a flat ledger to the tables of a day."""
