"""The operator's door: layout, navigation, charts, and what every page shares."""
