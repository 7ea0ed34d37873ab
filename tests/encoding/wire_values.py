"""Values that have an encoding, for the tests of CBOR and of messages."""

from hypothesis import strategies as st

from zkhealth.encoding.wire import pack, unpack

BIG = 1 << 20
HELD = "a secret of the holder"
integers = st.integers(-(2**64), 2**64 - 1)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    integers | st.binary(max_size=40) | text | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(integers | text, inner, max_size=5),
    max_leaves=12,
)


def same(a, b):
    """Equal and of equal types all the way down: True is not 1 here."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return len(a) == len(b) and all(map(same, a, b)) if isinstance(a, list) else a == b


MESSAGE = pack("offer", 1, {1: b"\x01\x02", 2: "text", 3: -7, 4: [b"a", b"b"], 5: True, 6: {7: 8}, 9: None})


def offer(data=MESSAGE):
    return unpack(data, "offer", 1, max_bytes=100)
