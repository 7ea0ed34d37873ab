"""Pictures of QR codes: photographs and files of pixels, and drawings (SVG) as programs make them.

Needs `pip install 'zkhealth[qr]'`.
"""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from zkhealth.encoding.qr import Scanned, bits_of, scan_qr, version_for
from zkhealth.errors import DecodingError
from zkhealth.health.documents.document import DocumentError
from zkhealth.health.documents.findings import Finding, finding

if TYPE_CHECKING:
    import numpy as np

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
_MOST_MODULES, _MOST_STEPS = 200, 1 << 15
_SCALE = 4
_SIZE = re.compile(r'viewBox="0 0 (\d{1,4}) (\d{1,4})"')
_STROKES = re.compile(r'<path stroke="#000(?:000)?" d="([Mmh\d. -]*)"')
_CARD = re.compile(r"(shc:/(?:\d+/\d+/)?)(\d+)", re.ASCII)
_MOST_VERSION = 22  # of a card
_STEP = re.compile(r"([Mmh])(-?\d{1,4}(?:\.\d)?)(?: (-?\d{1,4}(?:\.\d)?))?")


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin as a picture does, of pixels or drawn."""
    return data.startswith(_MAGIC) or _is_drawing(data)


def text_of_picture(data: bytes) -> tuple[str, list[Finding]]:
    """The text of the one QR code in a picture, and what is wrong with the code itself if it is a card's.

    Raises:
        DocumentError: there is no code that can be read, or several, or the picture cannot be read.
        ImportError: the packages for pictures are not installed.
    """
    try:
        code = scan_qr(_drawn(data) if _is_drawing(data) else BytesIO(data))
        text = code.data.decode("utf-8")
        return text, _about_code(code, text)
    except UnicodeDecodeError:
        sentence = "the QR code holds no text"
    except DecodingError as e:
        sentence = str(e)
    raise DocumentError("QR_DECODE_ERROR", sentence)


def _about_code(code: Scanned, text: str) -> list[Finding]:
    """A card's code has two segments, the head as bytes and the rest as digits, and no larger version than it needs.

    Programs that scan do not tell segments: a code of just the size of bytes was most likely written as bytes.
    """
    match = _CARD.fullmatch(text)
    if not match:
        return []
    found, needed = [], _version_needed(len(match[1]), len(match[2]))
    if code.version > _MOST_VERSION:
        sentence = f"the QR code has version {code.version}, a card's at most {_MOST_VERSION}"
        found.append(finding("INVALID_QR_VERSION", sentence))
    if code.level == "L" and code.version == version_for(len(text)) != needed:
        found.append(finding("INVALID_QR", "the digits of the QR code are not a segment of their own (numeric mode)"))
    elif code.version > needed:
        sentence = f"the QR code has version {code.version}, where {needed} holds as much"
        found.append(finding("INVALID_QR_VERSION", sentence, "warning"))
    return found


def _version_needed(n_bytes: int, n_digits: int) -> int:
    """The least version of bytes and then digits at level L; a segment's head is its mode and its length."""
    for version in range(1, 41):
        lengths = 8 + 10 if version < 10 else 16 + 12 if version < 27 else 16 + 14
        if 2 * 4 + lengths + 8 * n_bytes + -(-10 * n_digits // 3) <= bits_of(version):
            return version
    return 40


def _is_drawing(data: bytes) -> bool:
    return data[:512].lstrip().startswith(b"<") and b"<svg" in data[:1024]


def _drawn(data: bytes) -> np.ndarray[Any, Any]:
    """Fill the rows that a drawing strokes: `M4 4.5h7m2 0h2` are seven modules, and two after a gap of two."""
    import numpy as np  # noqa: PLC0415 (heavy, and only for pictures)

    text = data.decode("utf-8", "replace")
    size, strokes = _SIZE.search(text), _STROKES.search(text)
    width, height = map(int, size.groups()) if size else (0, 0)
    if not strokes or not 0 < width <= _MOST_MODULES or not 0 < height <= _MOST_MODULES:
        raise DecodingError("expected a drawing of a QR code in strokes; give it as PNG")
    pixels = np.full((height, width), 255, dtype=np.uint8)
    x, y = 0, 0
    for step in islice(_STEP.finditer(strokes[1]), _MOST_STEPS):
        command, right, down = step[1], int(float(step[2])), int(float(step[3] or 0))
        if command == "h":
            if 0 <= y < height and x >= 0 and right > 0:
                pixels[y, x : x + right] = 0
            x += right
        else:
            x, y = (right, down) if command == "M" else (x + right, y + down)
    return pixels.repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
