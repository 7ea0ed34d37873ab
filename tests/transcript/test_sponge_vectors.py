"""The sponge and the codec of draft-irtf-cfrg-fiat-shamir, byte for byte."""

import pytest
from oracles import R
from shared_files import shared_json

from zkhealth.field import Fr
from zkhealth.transcript import Sponge, challenge_scalar, derive_session_id, length_prefixed, weight_scalars


def records(file, *functions):
    """The vectors of `functions`; the others are about fields and protocols that we do not have."""
    return [record for record in shared_json("vectors/cfrg-sigma", file) if record["Function"] in functions]


def run(record):
    """All bytes that the record's operations squeeze."""
    sponge, out = Sponge(bytes.fromhex(record["SessionId"])), b""
    for operation in record["Operations"]:
        if operation["type"] == "absorb":
            sponge.absorb(bytes.fromhex(operation["data"]))
        else:
            out += sponge.squeeze(operation["length"])
    return out


def test_the_sponge_squeezes_what_the_draft_does():
    """Among them: absorbing in parts or nothing, squeezing in parts or nothing, across the rate."""
    chosen = records("fiatShamirShake128Vectors.json", "DuplexSponge", "DecodeUint")
    assert len(chosen) >= 10
    for record in chosen:
        assert run(record).hex() == record["Output"], record["Id"]


def test_session_identifiers_are_derived_as_in_the_draft():
    chosen = records("fiatShamirShake128Vectors.json", "DeriveSessionID")
    assert len(chosen) >= 1
    for record in chosen:
        assert derive_session_id(bytes.fromhex(record["Tag"])).hex() == record["Output"]


def test_session_identifiers_of_protocols_are_derived_as_in_the_draft():
    chosen = records("fiatShamirShake128Vectors.json", "Sumcheck")
    assert len(chosen) >= 2
    for record in chosen:
        assert derive_session_id(bytes.fromhex(record["Tag"])).hex() == record["SessionId"]


def test_byte_strings_are_serialised_as_in_the_draft():
    chosen = records("fiatShamirCodecVectors.json", "SerializeVarLenString")
    assert len(chosen) >= 2
    for record in chosen:
        assert length_prefixed(bytes.fromhex(record["Input"])).hex() == record["Output"]


class Squeezing:
    """Stands for a sponge whose next bytes are known, and counts what is taken."""

    def __init__(self, data):
        self.data, self.taken = data, []

    def squeeze(self, n):
        self.taken.append(n)
        out, self.data = self.data[:n], self.data[n:]
        return out


def test_a_challenge_is_decoded_as_in_the_draft():
    """The draft's vectors are for P-256: its moduli show that they are read little-endian, ours that r is taken."""
    chosen = list(records("fiatShamirShake128Vectors.json", "DecodeUint"))
    chosen += [r | {"Output": r["Input"]} for r in records("fiatShamirCodecVectors.json", "DecodeUint")]
    assert len(chosen) >= 2
    for record in chosen:
        data, modulus = bytes.fromhex(record["Output"]), int(record["Modulus"], 16)
        assert int.from_bytes(data, "little") % modulus == int(record["Challenge"], 16)
        assert int(challenge_scalar(Squeezing(data))) == int.from_bytes(data, "little") % R


def test_attack_31_a_challenge_takes_48_bytes():
    sponge = Squeezing(R.to_bytes(48, "little"))
    assert challenge_scalar(sponge) == Fr(0)
    assert sponge.taken == [48]


def test_weights_take_16_bytes_each_in_the_order_of_the_stream():
    sponge = Squeezing((5).to_bytes(16, "little") + (2**128 - 1).to_bytes(16, "little") + bytes(16))
    assert weight_scalars(sponge, 3).ints() == [5, 2**128 - 1, 0]
    assert sum(sponge.taken) == 48


@pytest.mark.parametrize("size", [0, 1, 31, 33, 168])
def test_a_session_identifier_has_32_bytes(size):
    with pytest.raises(ValueError, match=f"got {size}"):
        Sponge(bytes(size))
