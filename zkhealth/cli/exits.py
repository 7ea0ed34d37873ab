"""How a verb ends: an exit code, and why in words."""

from typing import Final

GOOD: Final = 0
REFUSED: Final = 1
CANNOT_DECIDE: Final = 2


def reason(error: Exception) -> str:
    """What a person is told of an error: no path, no value of a record."""
    if isinstance(error, OSError):
        return error.strerror or "the file cannot be read"
    return str(error)
