"""Inflation with a limit: a small file can hold a huge one."""

from __future__ import annotations

import zlib

RAW, WRAPPED = -15, 15


def inflate(data: bytes, max_bytes: int, form: int = RAW) -> bytes | None:
    """Inflate one whole DEFLATE stream, raw or in zlib's wrapping, to at most `max_bytes`.

    Returns None if it is broken, ends too early, has something after its end, or holds more.
    """
    stream = zlib.decompressobj(form)
    try:
        out = stream.decompress(data, max_bytes + 1)
    except zlib.error:
        return None
    return out if stream.eof and not stream.unused_data and len(out) <= max_bytes else None
