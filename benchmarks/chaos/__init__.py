"""What the training service survives, and how: see ``benchmarks.chaos.__main__``."""
