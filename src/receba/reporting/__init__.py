"""What the portfolio looks like in numbers: KPIs as code, their history, and the panel that shows them."""
