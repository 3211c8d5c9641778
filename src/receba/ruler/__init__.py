"""The dunning ruler (régua de cobrança): versions, steps, and the plan of the day."""
