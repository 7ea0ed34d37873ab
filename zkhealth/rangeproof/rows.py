"""Bits with rows: hidden b in {0,1}^N with <w_j, b> = v_j for public weights w_j.

The right side v_j is a public constant plus a public linear combination of values
in Pedersen commitments.  Everything here is the verifier's own knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.transcript import Transcript

MAX_BITS = 1 << 12


@dataclass(frozen=True, eq=False)
class Row:
    """Σ <weights, bits from start on> = Σ coefficient · value of commitment + constant."""

    segments: tuple[tuple[int, Fr], ...]
    terms: tuple[tuple[int, Fr], ...]
    constant: Fr


class Rows:
    """`n_bits` bits, padded to N, a power of two, with bits of weight zero in every row.

    Raises:
        ValueError: no row, more than `MAX_BITS` bits, or an index out of range.
    """

    def __init__(self, commitments: G1, rows: Sequence[Row], n_bits: int) -> None:
        self.commitments = commitments
        self.rows = tuple(rows)
        if not self.rows:
            raise ValueError("expected at least one row")
        if not 0 <= n_bits <= MAX_BITS:
            raise ValueError(f"expected at most {MAX_BITS} bits, got {n_bits}")
        self.N = 1 << max(n_bits - 1, 0).bit_length()
        for row in self.rows:
            if any(not 0 <= k < len(commitments) for k, _ in row.terms):
                raise ValueError("a row names a commitment that is not there")
            if any(start < 0 or start + len(w) > n_bits for start, w in row.segments):
                raise ValueError("a row has weights beyond the bits")

    @property
    def m(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def absorb(self, transcript: Transcript) -> None:
        """The whole statement: N, m, every commitment, weight, combination and constant."""
        transcript.absorb_int(self.N)
        transcript.absorb_int(self.m)
        transcript.absorb_points(self.commitments)
        for row in self.rows:
            transcript.absorb_int(len(row.segments))
            for start, weights in row.segments:
                transcript.absorb_int(start)
                transcript.absorb_scalars(weights)
            transcript.absorb_int(len(row.terms))
            for k, coefficient in row.terms:
                transcript.absorb_int(k)
                transcript.absorb_scalars(coefficient)
            transcript.absorb_scalars(row.constant)

    def combined_weights(self, powers: Fr) -> Fr:
        """d = Σ_j powers[j] · w_j, of length N."""
        zeros = Fr([0] * self.N)
        d = zeros
        for row, power in zip(self.rows, powers, strict=True):
            for start, weights in row.segments:
                d = d + concat(zeros[:start], power * weights, zeros[start + len(weights) :])
        return d

    def combined_terms(self, powers: Fr) -> Fr:
        """For each commitment Σ_j powers[j] · (its coefficient in row j)."""
        sums = [Fr(0)] * len(self.commitments)
        for row, power in zip(self.rows, powers, strict=True):
            for k, coefficient in row.terms:
                sums[k] = sums[k] + power * coefficient
        return concat(*sums)

    def combined_constant(self, powers: Fr) -> Fr:
        """Σ_j powers[j] · constant_j."""
        return powers @ concat(*(row.constant for row in self.rows))
