"""The BLS12-381 groups: points and vectors of points, hashing to them, the pairing."""

from zkhealth.curve.fixed import FixedBases
from zkhealth.curve.hash_to_curve import (
    derive_g1,
    expand_message_xmd,
    expand_message_xof,
    hash_to_g1,
    hash_to_g2,
    hash_to_scalar,
)
from zkhealth.curve.pairing import pairing_product_is_one
from zkhealth.curve.points import G1, G2, msm_vartime, scale_vartime, select_sum

__all__ = [
    "G1",
    "G2",
    "FixedBases",
    "derive_g1",
    "expand_message_xmd",
    "expand_message_xof",
    "hash_to_g1",
    "hash_to_g2",
    "hash_to_scalar",
    "msm_vartime",
    "pairing_product_is_one",
    "scale_vartime",
    "select_sum",
]
