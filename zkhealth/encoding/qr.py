"""One QR code for a whole message: byte mode, error correction level L.

Base45, as the EU certificates use it, is three letters for two bytes, each of 5.5 bits: 3% more than the bytes, and
never a smaller code.  Readers return the bytes of byte mode; those that insist on text do not.
Needs `pip install 'zkhealth[qr]'`.

    >>> version_for(1650), version_for(2953), version_for(2954)
    (30, 40, None)
"""

from __future__ import annotations

import io
import os
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zkhealth.errors import DecodingError
from zkhealth.field import as_bytes

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image
    from segno import QRCode

MAX_FILE_BYTES = 1 << 25
MAX_PIXELS = 1 << 26


class Scanned(NamedTuple):
    """What a picture's code holds, its version (1 to 40) and its level of error correction ("L", "M", "Q", "H")."""

    data: bytes
    version: int
    level: str


def version_for(n_bytes: int) -> int | None:
    """The version (1 to 40) of the code of so many bytes, or None if no code holds them.

    A code of version v has 4v + 17 modules on each side.
    """
    if n_bytes < 1:
        raise ValueError("expected at least one byte")
    version = bisect_left(_CAPACITIES, n_bytes) + 1
    return version if version <= len(_CAPACITIES) else None


def bits_of(version: int) -> int:
    """The bits of data, with the heads of their segments, in a code of this version at level L (ISO/IEC 18004).

    >>> bits_of(1), bits_of(22)
    (152, 8048)
    """
    return 8 * (_CAPACITIES[version - 1] + (2 if version < 10 else 3))


def to_qr(data: bytes) -> QRCode:
    """Make the code, as an object of segno: `.save("code.svg")`, `.save("code.png", scale=4)`, `.terminal()`.

    Raises ValueError if there are no bytes, or too many for one code.
    """
    data = as_bytes(data)
    version = version_for(len(data))
    if version is None:
        raise ValueError(f"expected at most {_CAPACITIES[-1]} bytes for one QR code, got {len(data)}")
    try:
        import segno  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ImportError(_MISSING) from None
    return segno.make_qr(data, version=version, mode="byte", error="l", boost_error=False)


def read_qr(image: str | os.PathLike[str] | io.BufferedIOBase | Image | np.ndarray[Any, Any]) -> bytes:
    """The bytes of the one code in a picture; see `scan_qr`."""
    return scan_qr(image).data


def scan_qr(image: str | os.PathLike[str] | io.BufferedIOBase | Image | np.ndarray[Any, Any]) -> Scanned:
    """The one code in a picture: a file by its path or open, a PIL image or an array of uint8.

    A file is PNG, JPEG, WebP, GIF or BMP.
    An array is grey (height, width) or blue-green-red (height, width, 3), as cameras and OpenCV have it.

    Raises DecodingError if there is no code, or several; or the file is no such picture or a huge one.
    """
    try:
        import zxingcpp  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ImportError(_MISSING) from None
    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(_pixels(image), formats=only)
    if len(found) != 1:
        raise DecodingError(f"expected one QR code in the picture, found {len(found) or 'none'}")
    about: Any = found[0].extra
    return Scanned(found[0].bytes, int(about["Version"]), str(about["ECLevel"]))


def _pixels(image: object) -> np.ndarray[Any, Any]:
    import numpy as np  # noqa: PLC0415 (heavy, and only for pictures)

    if isinstance(image, np.ndarray):
        _check_array(image)
        return image
    try:
        from PIL import Image  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ImportError(_MISSING) from None
    if isinstance(image, Image.Image):
        return _grey(image)
    data = _content(image)
    if len(data) > MAX_FILE_BYTES:
        raise DecodingError(f"expected a picture of at most {MAX_FILE_BYTES} bytes")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            pixels = _grey(picture)
    except DecodingError:
        raise
    except Exception:  # Pillow raises what its input provokes
        pixels = None
    if pixels is None:
        raise DecodingError("expected a picture (PNG, JPEG, WebP, GIF or BMP)")
    return pixels


def _content(image: object) -> bytes:
    """The bytes of a file, or as many of them as are already too many."""
    if isinstance(image, io.BufferedIOBase):
        return image.read(MAX_FILE_BYTES + 1)
    if not isinstance(image, str | os.PathLike):
        raise TypeError(f"expected a path, a PIL image or an array, got {type(image).__name__}")
    with Path(image).open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _check_array(array: np.ndarray[Any, Any]) -> None:
    is_picture = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype.name != "uint8" or not is_picture or not array.size:
        raise TypeError(f"expected uint8 of shape (h, w) or (h, w, 3), got {array.dtype} of shape {array.shape}")


def _grey(picture: Image) -> np.ndarray[Any, Any]:
    """Decode the picture, whose size is known before: a small file can hold a huge one.  See-through becomes white."""
    import numpy as np  # noqa: PLC0415

    if picture.width * picture.height > MAX_PIXELS:
        raise DecodingError(f"expected a picture of at most {MAX_PIXELS} pixels")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = picture.copy()
        white.paste("white", (0, 0, *picture.size))
        white.alpha_composite(picture)
        picture = white
    return np.asarray(picture.convert("L"))


_MISSING = "QR codes need further packages: pip install 'zkhealth[qr]'"
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

# ISO/IEC 18004, table 7: the bytes that versions 1 to 40 hold at level L.
# fmt: off
_CAPACITIES = (
    17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858, 929, 1003, 1091,
    1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953,
)
# fmt: on
