"""Benchmarks: programs that measure, side by side, what the engine and its peers take."""
