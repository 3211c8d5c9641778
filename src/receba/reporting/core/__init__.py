"""Pure: the definitions of the KPIs, and their values from columns."""
