"""Linear relations: decoding what comes from outside."""

import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import NATIVE, R, sample
from sigma.naive_sigma import RefusedError, le, parse
from sigma.raw_relations import ONE, P, instance
from sigma.sample_statements import opening

from zkhealth.errors import DecodingError
from zkhealth.sigma import LinearRelation


@given(st.binary(max_size=400))
@example(b"")
@example(b"\xff" * 400)
@example(le(1))
@example(le(0))
def test_random_bytes_are_refused_or_canonical(data):
    try:
        decoded = LinearRelation.decode(data)
    except DecodingError:
        return
    assert decoded.encode() == data


VALID = opening()[0].encode()


@given(
    st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 4), st.binary(max_size=4)), min_size=1, max_size=3)
)
def test_nearly_valid_bytes_are_refused_or_canonical(edits):
    data = VALID
    for position, dropped, inserted in edits:
        data = data[:position] + inserted + data[position + dropped :]
    try:
        decoded = LinearRelation.decode(data)
    except DecodingError:
        return
    assert decoded.encode() == data == parse(data).encode()


def test_every_byte_of_an_instance_counts():
    for i in sample(range(len(VALID)), on_reference=40):
        for changed in (VALID[i] ^ 1, VALID[i] ^ 0x80):
            data = VALID[:i] + bytes([changed]) + VALID[i + 1 :]
            try:
                assert LinearRelation.decode(data).encode() == data
            except DecodingError:
                continue


def counts():
    """Places where a number of things to come is written, and indices."""
    term = le(0) + le(0) + (1).to_bytes(32, "big")
    image = le(1) + (1).to_bytes(32, "big")
    point = P[1].encode()
    for huge in (0xFFFFFFFF, 0x7FFFFFFF, 0x01000000):
        yield f"{huge:x} equations", le(huge) + VALID[4:]
        yield f"{huge:x} terms of the image", le(1) + le(huge) + VALID[8:]
        yield f"{huge:x} terms", le(1) + le(1) + image + le(huge) + term + point
        yield f"element {huge:x}", le(1) + le(1) + le(huge) + image[4:] + le(1) + term + point
        yield f"base {huge:x}", le(1) + le(1) + image + le(1) + term[:4] + le(huge) + term[8:] + point
        yield f"secret {huge:x}", le(1) + le(1) + image + le(1) + le(huge) + term[4:] + point


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in counts()])
def test_11_a_huge_count_is_refused_in_little_memory(data):
    tracemalloc.start()
    try:
        with pytest.raises(DecodingError):
            LinearRelation.decode(data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_42_an_over_long_instance_is_refused_before_anything_is_read():
    with pytest.raises(DecodingError, match="at most 1048576 bytes"):
        LinearRelation.decode(bytes((1 << 20) + 1))


@pytest.mark.timeout(30)
def test_42_validation_takes_time_in_proportion_to_the_bytes():
    """Many secrets that appear only in the last of many equations: not rows · secrets · terms steps (minutes)."""
    rows, terms = (6_000, 12_000) if NATIVE else (60, 120)
    one, last = ([(1, ONE)], [(0, 0, ONE)]), ([(1, ONE)], [(j, 0, ONE) for j in range(terms)])
    data = instance(2, *[one] * (rows - 1), last).encode()
    assert LinearRelation.decode(data).encode() == data


def test_a_coefficient_is_not_reduced():
    """x + r is another encoding of the coefficient x; both must not name one statement."""
    at = VALID.index((1).to_bytes(32, "big"))
    lifted = VALID[:at] + (1 + R).to_bytes(32, "big") + VALID[at + 32 :]
    with pytest.raises(RefusedError):
        parse(lifted)
    with pytest.raises(DecodingError):
        LinearRelation.decode(lifted)


@pytest.mark.parametrize("wrong", ["text", 5, None])
def test_only_bytes_are_decoded(wrong):
    with pytest.raises(TypeError):
        LinearRelation.decode(wrong)
