"""Base64 as documents have it, in its one form only: the decoders at hand skip what they do not know."""

from __future__ import annotations

import base64
import binascii


def from_base64url(text: str) -> bytes | None:
    """Read base64url without padding (RFC 7515), or return None."""
    if not text.isascii():
        return None
    try:
        out = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return out if to_base64url(out) == text else None


def to_base64url(data: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes | None:
    """Read base64 with padding (RFC 4648, section 4), of any line length, or return None."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None


def from_either(text: object) -> bytes | None:
    """Read base64url or base64, with padding or without, of any line length; None for anything else, or no text."""
    if not isinstance(text, str):
        return None
    return from_base64url("".join(text.split()).rstrip("=").translate(_TO_URL))


_TO_URL = str.maketrans("+/", "-_")
