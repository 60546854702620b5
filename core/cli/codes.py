"""The codes that the command line ends with; 0 is that all was done."""

# A run failed; bad usage or input; what shells report of a process that Ctrl-C ended.
FAILED, BAD_USAGE, INTERRUPTED = 1, 2, 130
