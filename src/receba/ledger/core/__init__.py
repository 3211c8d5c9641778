"""What a title owes on a day. Pure: `rules` for one title, `columns` for a million of them."""
