"""What can go wrong, and whose fault it is.

Messages say what was expected and what came, for public values only.
"""


class ZkHealthError(Exception):
    """Base of the errors that are nobody's programming mistake."""


class VerificationError(ZkHealthError):
    """The other side's claim does not hold."""


class DecodingError(ZkHealthError):
    """The bytes are not the canonical encoding of what was expected."""


class WitnessError(ZkHealthError):
    """Our own secrets do not satisfy the statement; nothing was sent."""
