"""One code holds the bytes it is predicted to hold, and a reader we did not write returns exactly them."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zkhealth.encoding.qr import _CAPACITIES, MAX_FILE_BYTES, read_qr, to_qr, version_for
from zkhealth.errors import DecodingError

segno = pytest.importorskip("segno")
Image = pytest.importorskip("PIL.Image")
pytest.importorskip("zxingcpp")

few = settings(max_examples=20)
BYTES = hashlib.shake_256(b"presentation").digest(1650)


def picture(data, scale=3, **options):
    file = io.BytesIO()
    to_qr(data).save(file, kind="png", scale=scale, **options)
    return Image.open(file)


def array(data, scale=3):
    return np.asarray(picture(data, scale).convert("L"))


# --- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(1, 41))
def test_versions_are_those_of_the_encoder(version):
    """Both sides of every step; the encoder chooses the version itself here."""
    most = _CAPACITIES[version - 1]
    least = _CAPACITIES[version - 2] + 1 if version > 1 else 1
    for n in (least, most):
        assert version_for(n) == segno.make_qr(bytes(n), mode="byte", error="l").version == version


def test_a_presentation_of_1650_bytes_is_version_30():
    assert version_for(1650) == to_qr(BYTES).version == 30
    assert to_qr(BYTES).symbol_size(border=0) == (4 * 30 + 17,) * 2


def test_what_does_not_fit_has_no_version():
    assert version_for(2953) == 40
    assert version_for(2954) is version_for(10**9) is None
    with pytest.raises(ValueError, match="at most 2953 bytes"):
        to_qr(bytes(2954))


def test_no_bytes_are_the_caller_s_error():
    with pytest.raises(ValueError, match="at least one byte"):
        version_for(0)
    with pytest.raises(ValueError, match="at least one byte"):
        to_qr(b"")
    with pytest.raises(TypeError, match="expected bytes"):
        to_qr("text")


def test_it_is_one_code_in_byte_mode_at_level_l():
    code = to_qr(BYTES)
    assert (code.mode, code.error, code.is_micro) == ("byte", "L", False)
    assert to_qr(b"123").mode == to_qr(b"ABC").mode == "byte"


# --- round trips --------------------------------------------------------------------------------


@few
@given(st.binary(min_size=1, max_size=300))
@example(b"\xef\xbb\xbfbyte order mark")
@example("日本 é".encode())
@example("日本".encode("shift_jis"))
@example(b"\\000026ECI")
@example(b"]Q1\x1d\0\0")
@example(b"12345")
@example(b"\0")
@example(b"\r\n")
def test_the_bytes_come_back_whatever_text_they_may_look_like(data):
    assert read_qr(array(data)) == data


@pytest.mark.parametrize("n", [1, 17, 18, 1650, 2953])
def test_every_size_comes_back(n):
    data = hashlib.shake_256(b"presentation").digest(n)
    assert read_qr(array(data, scale=2)) == data


@pytest.mark.parametrize("change", [
    pytest.param(lambda image: image.rotate(90, expand=True), id="turned"),
    pytest.param(lambda image: image.rotate(7, expand=True, fillcolor=255), id="askew"),
    pytest.param(lambda image: image.resize((image.width * 4 // 3, image.height * 4 // 3)), id="scaled"),
    pytest.param(lambda image: image.point(lambda v: 90 + v // 3), id="pale"),
    pytest.param(lambda image: image.point(lambda v: 255 - v), id="inverted"),
    pytest.param(lambda image: image.convert("1"), id="black and white"),
    pytest.param(lambda image: image.convert("RGB"), id="RGB"),
    pytest.param(lambda image: image.convert("CMYK"), id="CMYK"),
    pytest.param(lambda image: image.convert("P"), id="palette"),
    pytest.param(lambda image: image.convert("RGBA"), id="RGBA"),
])  # fmt: skip
def test_pictures_need_not_be_perfect(change):
    assert read_qr(change(picture(BYTES, 4).convert("L"))) == BYTES


@pytest.mark.parametrize("light", [None, "white"])
def test_what_is_see_through_is_white(light):
    assert read_qr(picture(BYTES, light=light, dark="darkblue")) == BYTES


def test_what_is_see_through_is_white_even_if_it_is_black_below():
    ink = Image.fromarray(255 - array(BYTES))
    nothing_but_black = Image.new("L", ink.size)
    assert read_qr(Image.merge("LA", (nothing_but_black, ink))) == BYTES


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp"])
@pytest.mark.parametrize("as_path", [str, Path])
def test_files_are_read(tmp_path, kind, as_path):
    path = tmp_path / f"code.{kind}"
    picture(BYTES, 4).convert("L").save(path)
    assert read_qr(as_path(path)) == BYTES


@pytest.mark.parametrize("view", [
    pytest.param(lambda a: a, id="grey"),
    pytest.param(lambda a: np.stack([a] * 3, axis=2), id="colours"),
    pytest.param(np.asfortranarray, id="column order"),
    pytest.param(lambda a: np.repeat(a, 2, axis=1)[:, ::2], id="every other"),
    pytest.param(lambda a: a[::-1, ::-1], id="negative strides"),
    pytest.param(lambda a: np.ascontiguousarray(a[::-1])[::-1], id="upside down twice"),
])  # fmt: skip
def test_12_arrays_of_any_layout_are_read(view):
    assert read_qr(view(array(BYTES))) == BYTES


# --- refused ------------------------------------------------------------------------------------


def test_a_picture_without_a_code_is_refused():
    with pytest.raises(DecodingError, match="found none"):
        read_qr(np.full((50, 50), 255, np.uint8))


def test_other_barcodes_do_not_count():
    import zxingcpp

    code = zxingcpp.create_barcode("other", zxingcpp.BarcodeFormat.DataMatrix)
    other = np.asarray(code.to_image(scale=4, add_quiet_zones=True))
    assert len(zxingcpp.read_barcodes(other)) == 1
    with pytest.raises(DecodingError, match="found none"):
        read_qr(other)


@pytest.mark.parametrize("second", [b"other", b"one"])
def test_several_codes_are_refused(second):
    """Nobody could tell which of them was meant."""
    both = np.hstack([array(b"one", 8), array(second, 8)])
    with pytest.raises(DecodingError, match="found 2"):
        read_qr(both)


def test_a_code_with_a_hole_is_refused_or_corrected():
    """Level L corrects about 7 per cent; beyond that nothing wrong may come back."""
    for share in (0.02, 0.2, 0.4):
        pixels = array(BYTES).copy()
        middle, half = len(pixels) // 2, int(len(pixels) * share**0.5 / 2)
        pixels[middle - half : middle + half, middle - half : middle + half] = 255
        try:
            assert read_qr(pixels) == BYTES
            assert share < 0.1
        except DecodingError:
            assert share > 0.1


@pytest.mark.parametrize("content", [
    pytest.param(b"", id="empty"),
    pytest.param(b"not a picture", id="text"),
    pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="PostScript, which would run a program"),
    pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(50), id="broken PNG"),
])  # fmt: skip
def test_files_that_are_no_picture_are_refused(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(DecodingError, match="expected a picture"):
        read_qr(path)


@pytest.mark.parametrize("kind", ["tiff", "ppm", "ico", "pdf", "eps"])
def test_formats_that_nobody_needs_are_not_parsed(tmp_path, kind):
    path = tmp_path / f"code.{kind}"
    picture(b"x").convert("L").save(path)
    with pytest.raises(DecodingError, match="expected a picture"):
        read_qr(path)


def test_a_large_file_is_not_parsed(tmp_path):
    path = tmp_path / "code.bmp"
    picture(b"x").convert("L").save(path)
    with path.open("ab") as file:
        file.truncate(MAX_FILE_BYTES)
    assert read_qr(path) == b"x"
    with path.open("ab") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(DecodingError, match=f"expected a picture of at most {MAX_FILE_BYTES} bytes"):
        read_qr(path)


def test_a_small_file_of_a_huge_picture_is_refused(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (9000, 9000)).save(path)
    assert path.stat().st_size < 20_000
    with pytest.raises(DecodingError, match="expected a picture of at most 67108864 pixels"):
        read_qr(path)


def test_a_far_larger_one_too(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(DecodingError, match="expected a picture"):
        read_qr(path)


@few
@given(st.data())
def test_fuzz_any_file_is_read_or_refused(tmp_path_factory, data):
    file = io.BytesIO()
    picture(b"fuzz").save(file, "png")
    content = bytearray(file.getvalue())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "code.png"
    path.write_bytes(content)
    try:
        assert read_qr(path) == b"fuzz"
    except DecodingError as e:
        assert e.__context__ is None


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_qr(tmp_path / "missing.png")


@pytest.mark.parametrize("image", [
    None, 1, b"bytes", [[0]], np.zeros((2, 2)), np.zeros(4, np.uint8), np.zeros((2, 2, 4), np.uint8),
    np.zeros((0, 5), np.uint8), np.zeros((1, 2, 2, 3), np.uint8),
], ids=lambda i: str(getattr(i, "shape", i)))  # fmt: skip
def test_what_is_no_picture_is_the_caller_s_error(image):
    with pytest.raises(TypeError, match="expected"):
        read_qr(image)


@pytest.mark.parametrize(("missing", "call"), [
    ("segno", "qr.to_qr(b'x')"),
    ("zxingcpp", "qr.read_qr('x.png')"),
    ("PIL", "qr.read_qr('x.png')"),
])  # fmt: skip
def test_without_the_extra_the_message_says_what_to_install(missing, call):
    program = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "from zkhealth.encoding import qr\n"
        "assert qr.version_for(1650) == 30\n"
        f"try: {call}\n"
        "except ImportError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "QR codes need further packages: pip install 'zkhealth[qr]'\n"
