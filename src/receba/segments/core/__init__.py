"""The cells. Pure: `rules` for one debtor, `columns` for all."""
