"""Pictures of QR codes: photographs and files of pixels, and drawings (SVG) as programs make them.

Needs `pip install 'zkhealth[qr]'`.
"""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from zkhealth.encoding.qr import read_qr
from zkhealth.errors import DecodingError
from zkhealth.health.documents.document import DocumentError

if TYPE_CHECKING:
    import numpy as np

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
_MOST_MODULES, _MOST_STEPS = 200, 1 << 15
_SCALE = 4
_SIZE = re.compile(r'viewBox="0 0 (\d{1,4}) (\d{1,4})"')
_STROKES = re.compile(r'<path stroke="#000(?:000)?" d="([Mmh\d. -]*)"')
_STEP = re.compile(r"([Mmh])(-?\d{1,4}(?:\.\d)?)(?: (-?\d{1,4}(?:\.\d)?))?")


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin as a picture does, of pixels or drawn."""
    return data.startswith(_MAGIC) or _is_drawing(data)


def text_of_picture(data: bytes) -> str:
    """The text of the one QR code in a picture.

    Raises:
        DocumentError: there is no code that can be read, or several, or the picture cannot be read.
        ImportError: the packages for pictures are not installed.
    """
    try:
        content = read_qr(_drawn(data) if _is_drawing(data) else BytesIO(data))
        return content.decode("utf-8")
    except UnicodeDecodeError:
        sentence = "the QR code holds no text"
    except DecodingError as e:
        sentence = str(e)
    raise DocumentError("QR_DECODE_ERROR", sentence)


def _is_drawing(data: bytes) -> bool:
    return data[:512].lstrip().startswith(b"<") and b"<svg" in data[:1024]


def _drawn(data: bytes) -> np.ndarray[Any, Any]:
    """Fill the rows that a drawing strokes: `M4 4.5h7m2 0h2` are seven modules, and two after a gap of two."""
    import numpy as np  # noqa: PLC0415 (heavy, and only for pictures)

    text = data.decode("utf-8", "replace")
    size, strokes = _SIZE.search(text), _STROKES.search(text)
    if not size or not strokes or max(int(size[1]), int(size[2])) > _MOST_MODULES:
        raise DecodingError("expected a drawing of a QR code in strokes; give it as PNG")
    pixels = np.full((int(size[2]), int(size[1])), 255, dtype=np.uint8)
    x, y = 0, 0
    for step in islice(_STEP.finditer(strokes[1]), _MOST_STEPS):
        command, right, down = step[1], int(float(step[2])), int(float(step[3] or 0))
        if command == "h":
            if 0 <= y < pixels.shape[0] and x >= 0 and right > 0:
                pixels[y, x : x + right] = 0
            x += right
        else:
            x, y = (right, down) if command == "M" else (x + right, y + down)
    return pixels.repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
