"""The canonical JSON that seals rest on, from a library: RFC 8785's own numbers (appendix B) and order of names."""

import json
import struct

import pytest
from rfc8785 import dumps

NUMBERS = [
    ("0000000000000000", "0"), ("8000000000000000", "0"), ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"), ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"), ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"), ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"), ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"), ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"), ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"), ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"), ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"), ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"), ("becbf647612f3696", "-0.0000033333333333333333"),
]  # fmt: skip


@pytest.mark.parametrize(("bits", "text"), NUMBERS, ids=[text for _, text in NUMBERS])
def test_numbers_are_written_as_in_the_rfc(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert dumps(number) == text.encode()


@pytest.mark.parametrize(("written", "text"), [
    ("1.0", "1"), ("1e0", "1"), ("-0", "0"), ("-0.0", "0"), ("1E-7", "1e-7"), ("4.50", "4.5"), ("true", "true"),
])  # fmt: skip
def test_one_number_is_written_in_one_way(written, text):
    assert dumps(json.loads(written)) == text.encode()


def test_names_are_sorted_by_utf_16_and_not_by_code_point():
    """The RFC's own example (section 3.2.3); the smiley is beyond the others, but its UTF-16 units are not."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = dumps(dict.fromkeys(names, 0))
    assert list(json.loads(written)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(written)) != sorted(names)
