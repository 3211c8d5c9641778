"""Opens the kernel's tables as lazy frames, runs expressions on them, writes results. Knows no debts."""
