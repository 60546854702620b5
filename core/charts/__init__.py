"""Frames in, ``alt.Chart`` out: curves, layer strips; and small pictures of data as SVG."""
