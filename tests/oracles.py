"""Code we did not write, to compare with; and inputs that sit on the edges.

galois is the oracle for scalars, py_ecc for points.  Slow checks take a stated
sample on the reference backend, which py_ecc makes a hundred times slower.
"""

import galois
from hypothesis import strategies as st
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.point_compression import compress_G1, compress_G2

from zkhealth import backend
from zkhealth.curve import G1, G2
from zkhealth.field import Fr

NATIVE = backend.backend_name() == "native"
R = Fr.MODULUS
P_MODULUS = ecc.field_modulus
Field = galois.GF(R, primitive_element=7, verify=False)

EDGES = [0, 1, 2, R - 1, R - 2, (R - 1) // 2, 2**64, 2**128 - 1, 2**254, 2**255 % R]
elements = st.sampled_from(EDGES) | st.integers(0, R - 1)
GENERATORS = {G1: ecc.G1, G2: ecc.G2}


def vectors(min_size=0, max_size=6):
    return st.lists(elements, min_size=min_size, max_size=max_size).map(Fr)


def pairs_of_vectors(min_size=1, max_size=6):
    """Two vectors of one length."""
    pairs = st.lists(st.tuples(elements, elements), min_size=min_size, max_size=max_size)
    return pairs.map(lambda rows: (Fr([a for a, _ in rows]), Fr([b for _, b in rows])))


def slices(n):
    """Slices of `n` elements, with steps that fit into a machine word."""
    return st.slices(n).filter(lambda chosen: chosen.step is None or abs(chosen.step) < 2**62)


def sample(values, on_reference):
    """All of `values` on the native backend; `on_reference` of them, evenly spread, on the other."""
    values = list(values)
    if NATIVE or on_reference >= len(values):
        return values
    return [values[i * (len(values) - 1) // (on_reference - 1)] for i in range(on_reference)]


def ecc_multiple(group, k):
    """k times the generator, as py_ecc has it."""
    return ecc.multiply(GENERATORS[group], k)


def ecc_encode(point):
    """The compressed point, as py_ecc has it."""
    if isinstance(point[0], ecc.FQ):
        return compress_G1(point).to_bytes(48, "big")
    return b"".join(half.to_bytes(48, "big") for half in compress_G2(point))


def compress(x, y):
    """The compressed encoding of an affine point, from its coordinates' integers (real part first).

    All zeros is the identity.  Nothing is checked: also points that must be refused can be written.
    """
    if not any((*x, *y)):
        return bytes([0xC0]).ljust(48 * len(x), b"\0")
    leading = next(part for part in reversed(y) if part) if any(y) else 0
    flags = 0b100 | (leading > (P_MODULUS - 1) // 2)
    data = b"".join(part.to_bytes(48, "big") for part in reversed(x))
    return bytes([data[0] | flags << 5]) + data[1:]
