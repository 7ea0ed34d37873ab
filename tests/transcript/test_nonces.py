"""Attacks 28 and 31: nonces never repeat, not even with a broken generator, and have no bias."""

import copy
import hashlib
import secrets

import pytest
from oracles import R

from zkhealth.field import Fr
from zkhealth.transcript import Nonces, nonces

WITNESS = Fr([11, 22])


@pytest.fixture
def constant_rng(monkeypatch):
    monkeypatch.setattr(secrets, "token_bytes", lambda n: b"\x07" * n)


def first(label=b"label", statement=b"statement", witness=WITNESS):
    return Nonces(label, statement, witness).scalar()


class Unhedged:
    """The mutant: nonces of the random generator alone."""

    def __init__(self, _label, _statement, _witness):
        self.seed = secrets.token_bytes(64)

    def scalar(self):
        return Fr.reduce(hashlib.shake_256(self.seed).digest(48))


def extracted(nonces_class):
    """What two Schnorr responses for one secret, about two statements, give away of it."""
    witness = Fr(987654321)
    c1, c2 = Fr(1000), Fr(2000)
    s1 = nonces_class(b"schnorr", b"statement 1", witness).scalar() + c1 * witness
    s2 = nonces_class(b"schnorr", b"statement 2", witness).scalar() + c2 * witness
    return (s1 - s2) / (c1 - c2) == witness


@pytest.mark.usefixtures("constant_rng")
def test_attack_28_a_broken_generator_gives_the_secret_of_unhedged_nonces_away_and_not_ours():
    assert extracted(Unhedged)
    assert not extracted(Nonces)


@pytest.mark.usefixtures("constant_rng")
@pytest.mark.parametrize(
    "changed",
    [
        {"label": b"label2"},
        {"label": b""},
        {"statement": b"statement2"},
        {"statement": b""},
        {"witness": Fr([11, 23])},
        {"witness": Fr([22, 11])},
        {"witness": Fr([11])},
        {"witness": Fr([11, 22, 0])},
        {"label": b"labels", "statement": b"tatement"},
        {"label": b"statement", "statement": b"label"},
    ],
    ids=repr,
)
def test_with_a_constant_generator_another_run_has_another_nonce(changed):
    assert first(**changed) != first()


@pytest.mark.usefixtures("constant_rng")
def test_with_a_constant_generator_the_same_run_has_the_same_nonces():
    """So the test above could fail."""
    assert first() == first()


def test_with_a_working_generator_the_same_run_has_other_nonces():
    assert len({int(first()) for _ in range(20)}) == 20


def test_each_run_takes_32_fresh_bytes(monkeypatch):
    drawn = []
    monkeypatch.setattr(secrets, "token_bytes", lambda n: drawn.append(n) or bytes(n))
    stream = Nonces(b"label", b"statement", WITNESS)
    stream.vector(5)
    assert drawn == [32]


def test_no_nonce_of_a_stream_comes_twice():
    stream = Nonces(b"label", b"statement", WITNESS)
    drawn = [stream.scalar(), *stream.vector(30), stream.scalar(), *stream.vector(1), *stream.vector(30)]
    assert len({int(k) for k in drawn}) == 63
    assert not any(k == Fr(0) for k in drawn)


def test_shapes_are_those_asked_for():
    stream = Nonces(b"label", b"statement", WITNESS)
    assert stream.scalar().is_scalar
    assert len(stream.vector(1)) == 1 and len(stream.vector(7)) == 7 and len(stream.vector(0)) == 0


def test_a_witness_may_be_a_scalar():
    assert Nonces(b"label", b"statement", Fr(1)).scalar() != Nonces(b"label", b"statement", Fr(2)).scalar()


def test_attack_31_each_nonce_is_reduced_from_48_bytes(monkeypatch):
    widths = []

    class Recording(Fr):
        @classmethod
        def reduce(cls, data, n=None):
            widths.append(len(data) / (1 if n is None else n))
            return Fr.reduce(data, n)

    monkeypatch.setattr(nonces, "Fr", Recording)
    stream = Nonces(b"label", b"statement", WITNESS)
    stream.scalar(), stream.vector(9)
    assert widths == [48, 48]


SURPLUS = 2**256 - 2 * R  # residues below this have one more preimage than others among 32-byte strings


def looks_uniform(values):
    """Whether residues below SURPLUS come as often as they should, within six standard deviations."""
    n, share = len(values), SURPLUS / R
    return abs(sum(v < SURPLUS for v in values) - n * share) < 6 * (n * share * (1 - share)) ** 0.5


@pytest.mark.usefixtures("constant_rng")
def test_attack_31_nonces_have_no_bias_where_32_bytes_would_have():
    narrow = hashlib.shake_256(b"mutant").digest(32 * 4000)
    mutant = [int.from_bytes(narrow[i : i + 32], "big") % R for i in range(0, len(narrow), 32)]
    assert not looks_uniform(mutant)
    assert looks_uniform(Nonces(b"label", b"statement", WITNESS).vector(4000).ints())


@pytest.mark.usefixtures("constant_rng")
def test_every_bit_of_a_nonce_is_set_half_of_the_time():
    values = Nonces(b"label", b"statement", WITNESS).vector(2000).ints()
    for bit in range(250):
        assert 800 < sum(v >> bit & 1 for v in values) < 1200


def test_neither_seed_nor_witness_shows():
    stream = Nonces(b"label", b"statement", Fr(123456789))
    assert repr(stream) == str(stream) == "<Nonces>"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_stream_cannot_be_copied(duplicate):
    stream = Nonces(b"label", b"statement", WITNESS)
    with pytest.raises(TypeError):
        duplicate(stream)


def test_a_negative_number_of_nonces_is_a_value_error():
    with pytest.raises(ValueError):
        Nonces(b"label", b"statement", WITNESS).vector(-1)


@pytest.mark.parametrize(("label", "statement"), [("label", b""), (b"", "statement")])
def test_labels_and_statements_are_bytes(label, statement):
    with pytest.raises(TypeError):
        Nonces(label, statement, WITNESS)
