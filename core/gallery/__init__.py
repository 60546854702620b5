"""The gallery: what its comparisons ask and teach, and summaries of them that are read at once."""
