"""IDC, IDI, suggested limit and term: what the payment history of a portfolio says about each customer."""
