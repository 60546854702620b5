"""Frames in, frames out: configurations, paired comparison, convergence, layers, sentences."""
