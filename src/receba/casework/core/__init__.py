"""Pure: who is on top of the queue and why, what an outcome brings about, how charges are explained."""
