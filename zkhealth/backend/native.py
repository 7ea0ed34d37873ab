"""The compiled backend: Rust over blst, in constant time where scalars may be secret."""

from zkhealth._native import G1Points, G2Points, Scalars, pairing_product_is_one, sha256_rows

name = "native"

__all__ = ["G1Points", "G2Points", "Scalars", "name", "pairing_product_is_one", "sha256_rows"]
