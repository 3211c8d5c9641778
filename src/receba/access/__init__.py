"""Operator, creditor companies, people, roles, grants, the company scope, and the audit chain."""
