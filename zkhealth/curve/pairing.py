"""The pairing e: G1 × G2 → GT, only as the one question protocols ask of it."""

from __future__ import annotations

from collections.abc import Iterable

from zkhealth import backend
from zkhealth.curve.points import G1, G2


def pairing_product_is_one(pairs: Iterable[tuple[G1, G2]]) -> bool:
    """Whether the product of e(P, Q) over all pairs of points is one; of no pairs it is.

    >>> from zkhealth.field import Fr
    >>> P, Q = G1.generator(), G2.generator()
    >>> pairing_product_is_one([(Fr(6) * P, Q), (Fr(-2) * P, Fr(3) * Q)])
    True
    """
    listed = list(pairs)
    P = G1.stack(*(p for p, _ in listed))
    Q = G2.stack(*(q for _, q in listed))
    if not all(p.is_point and q.is_point for p, q in listed):
        raise ValueError("expected pairs of single points")
    return backend.load().pairing_product_is_one(P._handle, Q._handle)
