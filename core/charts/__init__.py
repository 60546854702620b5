"""Frames in, charts out: curves, layer strips; and small pictures of data as SVG."""
