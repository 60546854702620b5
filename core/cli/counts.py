"""Counts in words."""


def counted(number: int, what: str) -> str:
    """``number`` of ``what``, in words: 1 run, 2 runs."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
