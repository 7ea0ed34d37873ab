"""Linear relations: image = M · secrets, for a sparse matrix M of group elements.

draft-irtf-cfrg-sigma-protocols, section "Linear relations" (representation,
validation checks 1 to 10, serialization), byte for byte.  An instance that exists
is valid, and every element on which it depends is in it by itself, never summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zkhealth.curve import G1, msm_vartime
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, as_bytes, concat

_MAX_DECODED = 1 << 20


@dataclass(frozen=True, eq=False)
class Row:
    """One equation: Σ image_coefficients·elements = Σ coefficients·secrets·elements, by index."""

    image_elements: tuple[int, ...]
    image_coefficients: Fr
    secrets: tuple[int, ...]
    elements: tuple[int, ...]
    coefficients: Fr


class LinearRelation:
    """A valid instance; `elements[0]` is the group's generator.

    Raises:
        ValueError: one of the draft's ten checks fails; the message names it.
    """

    def __init__(self, elements: G1, rows: Sequence[Row]) -> None:
        self.elements = elements
        self.rows = tuple(rows)
        _validate_shape(elements, self.rows)
        self.n_secrets = 1 + max(j for row in self.rows for j in row.secrets)
        self._validate()

    def commitment(self, response: Fr, challenge: Fr) -> G1:
        """M · response − challenge · image, in constant time (SimulateCommitment)."""
        return G1.stack(*(s @ P for s, P in self._sums(response, challenge)))

    def commitment_vartime(self, response: Fr, challenge: Fr) -> G1:
        """The same where everything is public."""
        return G1.stack(*(msm_vartime(s, P) for s, P in self._sums(response, challenge)))

    def equations(self, response: Fr, challenge: Fr, weights: Fr) -> tuple[Fr, G1]:
        """Scalars and points whose sum is Σ weights · (M · response − challenge · image)."""
        sums = self._sums(response, challenge)
        scalars = [w * s for w, (s, _) in zip(weights, sums, strict=True)]
        return concat(*scalars), G1.stack(*(P for _, P in sums))

    def is_satisfied_by(self, secrets: Fr) -> bool:
        """Whether M · secrets is the image."""
        zero = G1.identity()
        return all(T == zero for T in self.commitment(secrets, Fr(1)))

    def _sums(self, response: Fr, challenge: Fr) -> list[tuple[Fr, G1]]:
        if len(response) != self.n_secrets:
            raise ValueError(f"expected {self.n_secrets} scalars, got {len(response)}")
        return [
            (
                concat(row.coefficients * response[list(row.secrets)], -challenge * row.image_coefficients),
                self.elements[[*row.elements, *row.image_elements]],
            )
            for row in self.rows
        ]

    def encode(self) -> bytes:
        """SerializeLinearRelation."""
        out = [_u32(len(self.rows))]
        for row in self.rows:
            out.append(_u32(len(row.image_elements)))
            for e, a in zip(row.image_elements, row.image_coefficients, strict=True):
                out += [_u32(e), a.encode()]
            out.append(_u32(len(row.secrets)))
            for j, e, a in zip(row.secrets, row.elements, row.coefficients, strict=True):
                out += [_u32(j), _u32(e), a.encode()]
        return b"".join([*out, self.elements[1:].encode()])

    @classmethod
    def decode(cls, data: bytes) -> LinearRelation:
        """The inverse of `encode`, for instances that come from outside.

        Raises:
            DecodingError: not canonical, or not a valid instance.
        """
        data = as_bytes(data)
        if len(data) > _MAX_DECODED:
            raise DecodingError(f"expected at most {_MAX_DECODED} bytes, got {len(data)}")
        reader = _Reader(data)
        rows = [_read_row(reader) for _ in range(reader.count(76))]
        rest = reader.rest()
        top = max((e for row in rows for e in (*row.elements, *row.image_elements)), default=0)
        elements = G1.stack(G1.generator(), G1.decode(rest, top))
        try:
            return cls(elements, rows)
        except ValueError as e:
            raise DecodingError(f"not a valid linear relation: {e}") from None

    def _validate(self) -> None:
        """Checks 7 to 10; the others are about indices alone."""
        if self.elements[0] != G1.generator():
            raise ValueError("element 0 must be the generator (check 7)")
        if self.elements.has_identity():
            raise ValueError("the identity is not allowed as an element (check 8)")
        for row in self.rows:
            if self._vanishes(row.image_coefficients, row.image_elements):
                raise ValueError("the image of an equation is the identity (check 9)")
        bound: set[int] = set()
        for row in self.rows:
            bound |= {j for j, column in _columns(row).items() if not self._vanishes(*column)}
        if len(bound) < self.n_secrets:
            raise ValueError("a secret is multiplied by the identity everywhere (check 10)")

    def _vanishes(self, coefficients: Fr, elements: Sequence[int]) -> bool:
        if not elements:
            return True
        if len(elements) == 1:  # no element is the identity
            return coefficients[0] == Fr(0)
        return msm_vartime(coefficients, self.elements[list(elements)]) == G1.identity()


def _columns(row: Row) -> dict[int, tuple[Fr, list[int]]]:
    """What multiplies each secret in this row, in one pass: instances come from outside."""
    where: dict[int, list[int]] = {}
    for k, j in enumerate(row.secrets):
        where.setdefault(j, []).append(k)
    return {j: (row.coefficients[ks], [row.elements[k] for k in ks]) for j, ks in where.items()}


def _validate_shape(elements: G1, rows: tuple[Row, ...]) -> None:
    """Checks 1 to 6."""
    if not rows:
        raise ValueError("expected at least one equation (check 1)")
    if elements.is_point or len(elements) < 1:
        raise ValueError("expected a vector of elements, the generator first (check 7)")
    for row in rows:
        if not row.secrets or not row.image_elements:
            raise ValueError("an equation needs an image and a secret term (check 2)")
        if len(row.image_coefficients) != len(row.image_elements):
            raise ValueError("expected one coefficient for each term of an image")
        if not len(row.secrets) == len(row.elements) == len(row.coefficients):
            raise ValueError("expected one secret, element and coefficient for each term")
    used = {e for row in rows for e in (*row.elements, *row.image_elements)}
    secrets = {j for row in rows for j in row.secrets}
    if min(used | secrets) < 0 or max(used) >= len(elements):
        raise ValueError("an index references no element (checks 3 and 4)")
    if not set(range(1, len(elements))) <= used:
        raise ValueError("an element appears in no equation (check 5)")
    if secrets != set(range(len(secrets))):
        raise ValueError("a secret appears in no equation (check 6)")


def _u32(n: int) -> bytes:
    return n.to_bytes(4, "little")


class _Reader:
    """Bytes from front to back; running out is a DecodingError."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        if len(self.data) - self.at < n:
            raise DecodingError("linear relation is truncated")
        self.at += n
        return self.data[self.at - n : self.at]

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def count(self, width: int) -> int:
        """A count of items of at least `width` bytes each, which must still be there."""
        n = self.u32()
        if n * width > len(self.data) - self.at:
            raise DecodingError("linear relation is truncated")
        return n

    def rest(self) -> bytes:
        return self.data[self.at :]


def _read_row(reader: _Reader) -> Row:
    image = [(reader.u32(), Fr.decode(reader.take(32), 1)) for _ in range(reader.count(36))]
    terms = [(reader.u32(), reader.u32(), Fr.decode(reader.take(32), 1)) for _ in range(reader.count(40))]
    return Row(
        image_elements=tuple(e for e, _ in image),
        image_coefficients=concat(*(a for _, a in image)),
        secrets=tuple(j for j, _, _ in terms),
        elements=tuple(e for _, e, _ in terms),
        coefficients=concat(*(a for _, _, a in terms)),
    )
