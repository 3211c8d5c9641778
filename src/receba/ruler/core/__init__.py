"""What a ruler says and what it decides. Pure: `rules` for one debtor, `columns` for all."""
