"""Commitments, and the one table of generators."""

from zkhealth.commitments.generators import pedersen_bases, range_bases, vector_bases
from zkhealth.commitments.pedersen import Pedersen, VectorPedersen

__all__ = ["Pedersen", "VectorPedersen", "pedersen_bases", "range_bases", "vector_bases"]
