"""The range argument of NOTES.md (eprint 2020/735) read aloud: fold by (5) and (6), look at (8).

Without a flaw it is the oracle.  With one it is the careless verifier on which a forgery
works.  Its prover does as it is told: a_L need not hold bits, A may hold a multiple of G.
It uses the arithmetic and the sponge of zkhealth, nothing of its argument or transcript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from zkhealth.commitments import Pedersen, range_bases
from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import Rows
from zkhealth.transcript import Sponge, challenge_scalar, derive_session_id

G, H = Pedersen().G, Pedersen().H


@dataclass(frozen=True)
class Claim:
    """The statement (S), written out: m rows of N weights, of K coefficients, and constants."""

    C: G1
    w: tuple[Fr, ...]
    a: tuple[Fr, ...]
    kappa: tuple[Fr, ...]

    @classmethod
    def of(cls, rows: Rows) -> Claim:
        return cls(
            rows.commitments,
            tuple(spread(rows.N, row.segments) for row in rows.rows),
            tuple(spread(len(rows.commitments), row.terms) for row in rows.rows),
            tuple(row.constant for row in rows.rows),
        )

    def V(self, j: int) -> G1:
        """V_j = Σ_k a_jk·C_k + κ_j·G."""
        return concat(self.a[j], self.kappa[j]) @ G1.stack(self.C, G)

    def right_side(self, j: int, values: Fr) -> Fr:
        """v_j = Σ_k a_jk·c_k + κ_j."""
        return dot(self.a[j], values) + self.kappa[j]


def spread(n: int, parts) -> Fr:
    """A vector of n from (place, scalar or vector) pairs, which add up."""
    out = [0] * n
    for start, weights in parts:
        for i, weight in enumerate(weights.ints()):
            out[start + i] += weight
    return Fr(out)


@dataclass(frozen=True)
class Told:
    """What a prover, honest or not, puts into A = <a_L,g> + <a_R,h> + a_G·G + α·H and beside B', and the s_k."""

    a_L: Fr  # noqa: N815
    a_R: Fr  # noqa: N815
    blindings: Fr
    a_G: Fr = field(default_factory=lambda: Fr(0))  # noqa: N815
    alpha: Fr = field(default_factory=Fr.random)
    b_G: Fr = field(default_factory=lambda: Fr(0))  # noqa: N815

    def A(self) -> G1:
        g, h = range_bases(len(self.a_L))
        return concat(self.a_L, self.a_R, self.a_G, self.alpha) @ G1.stack(g, h, G, H)


class Hearing:
    """The transcript: items with names, those in `forget` go unheard."""

    def __init__(self, tag: bytes, forget: frozenset[str]) -> None:
        self.sponge = Sponge(derive_session_id(tag))
        self.forget = forget

    def hears(self, name: str, data: bytes) -> None:
        if name not in self.forget:
            self.sponge.absorb(data)

    def challenge(self) -> Fr:
        return challenge_scalar(self.sponge)


@dataclass(frozen=True)
class Challenges:
    y: Fr
    z: Fr
    rounds: tuple[Fr, ...]
    e: Fr


Late = Callable[[Rows, Told, Fr, Fr], "tuple[Rows, Told]"]


@dataclass(frozen=True)
class Paper:
    """The protocol; `flaw` words: what is forgotten, where y begins, the power of z of row j (from 0)."""

    forget: frozenset[str] = frozenset()
    first: int = 1
    z_power: Callable[[int], int] = lambda j: 2 * (j + 1)
    tag: bytes = b"zkhealth/rangeproof/v1"

    # --- step 1 and 2: A, y, z, and the commitment Â -------------------------------------

    def opened(self, rows: Rows, context: bytes) -> Hearing:
        """Context first, then the whole statement."""
        hearing = Hearing(self.tag, self.forget)
        hears = hearing.hears
        hears("context", len(context).to_bytes(4, "little") + context)
        hears("N", u64(rows.N))
        hears("m", u64(len(rows.rows)))
        hears("K", u64(len(rows.commitments)))
        for k, C in enumerate(rows.commitments):
            hears(f"C{k}", C.encode())
        for row in rows.rows:
            hears("shape", u64(len(row.segments)))
            for start, weights in row.segments:
                hears("shape", u64(start) + u64(len(weights)))
                hears("weights", weights.encode())
            hears("shape", u64(len(row.terms)))
            for k, coefficient in row.terms:
                hears("shape", u64(k))
                hears("coefficients", coefficient.encode())
            hears("constants", row.constant.encode())
        return hearing

    def y_weights(self, y: Fr, n: int) -> Fr:
        """The weights of <a,b>_y: y^1 … y^n."""
        return Fr([int(y ** (self.first + i)) for i in range(n)])

    def y_row(self, y: Fr, N: int) -> Fr:
        """y^(N+1), where the rows sit."""
        return y ** (N + self.first)

    def d(self, claim: Claim, z: Fr) -> Fr:
        """d = Σ_j z^(2j)·w_j."""
        return sum_of(z ** self.z_power(j) * w for j, w in enumerate(claim.w))

    def zeta(self, claim: Claim, y: Fr, z: Fr) -> Fr:
        """Equation (2)."""
        N = len(claim.w[0])
        return (z - z * z) * self.y_weights(y, N).sum() - z * self.y_row(y, N) * self.d(claim, z).sum()

    def A_hat(self, claim: Claim, A: G1, y: Fr, z: Fr) -> G1:
        """Equation (1)."""
        N = len(claim.w[0])
        g, h = range_bases(N)
        rows = sum_of(z ** self.z_power(j) * claim.V(j) for j in range(len(claim.w)))
        return (
            A
            - Fr([int(z)] * N) @ g
            + (self.d(claim, z) * y_down(y, N) + z) @ h
            + self.y_row(y, N) * rows
            + self.zeta(claim, y, z) * G
        )

    def hats(self, claim: Claim, told: Told, y: Fr, z: Fr) -> tuple[Fr, Fr, Fr]:
        """Equation (3)."""
        N = len(claim.w[0])
        s = sum_of(z ** self.z_power(j) * dot(a, told.blindings) for j, a in enumerate(claim.a))
        a_hat_R = told.a_R + self.d(claim, z) * y_down(y, N) + z
        return told.a_L - z, a_hat_R, told.alpha + self.y_row(y, N) * s

    def excess(self, claim: Claim, told: Told, values: Fr, y: Fr, z: Fr) -> Fr:
        """The left side of (9): what A would have to hold of G for the equation to come out."""
        N = len(claim.w[0])
        bits = told.a_L * told.a_R + z * (told.a_L - told.a_R - Fr(1))
        rows = sum_of(
            z ** self.z_power(j) * (claim.w[j] @ told.a_L - claim.right_side(j, values)) for j in range(len(claim.w))
        )
        return self.y_weights(y, N) @ bits + self.y_row(y, N) * rows

    # --- step 3 and 4: the prover ------------------------------------------------------

    def prove(self, rows: Rows, told: Told, context: bytes, late: Late | None = None) -> RangeProof:
        """Steps 1 to 4.  `late` changes statement or A after y and z, which only a forgetful verifier allows."""
        hearing = self.opened(rows, context)
        hearing.hears("A", told.A().encode())
        y, z = hearing.challenge(), hearing.challenge()
        if late:
            rows, told = late(rows, told, y, z)
        g, h = range_bases(rows.N)
        a, b, alpha = self.hats(Claim.of(rows), told, y, z)
        Ls, Rs = [], []
        while len(a) > 1:
            L, R, d_L, d_R = self.cross(y, g, h, a, b)
            e = self.round_challenge(hearing, len(Ls), L, R)
            g, h, a, b = (*folded_bases(y, e, g, h), *folded_vectors(y, e, a, b))
            alpha = alpha + e * e * d_L + (e * e).inverse() * d_R
            Ls.append(L)
            Rs.append(R)
        y_first = y**self.first
        rho, sigma, delta, eta = Fr.random(4)
        A_ = rho * g[0] + sigma * h[0] + (y_first * (rho * b[0] + sigma * a[0])) * G + delta * H  # (7)
        B_ = (y_first * rho * sigma + told.b_G) * G + eta * H
        e = self.last_challenge(hearing, A_, B_)
        answers = rho + e * a[0], sigma + e * b[0], eta + e * delta + e * e * alpha
        return RangeProof(told.A(), G1.stack(*Ls), G1.stack(*Rs), A_, B_, *answers)

    def cross(self, y: Fr, g: G1, h: G1, a: Fr, b: Fr, d: Fr | None = None) -> tuple[G1, G1, Fr, Fr]:
        """Equation (5)."""
        n = len(a) // 2
        y_n = y**n
        d_L, d_R = Fr.random(2) if d is None else d
        c_L = a[:n] * b[n:] @ self.y_weights(y, n)
        c_R = y_n * a[n:] * b[:n] @ self.y_weights(y, n)
        L = concat(y_n.inverse() * a[:n], b[n:], c_L, d_L) @ G1.stack(g[n:], h[:n], G, H)
        R = concat(y_n * a[n:], b[:n], c_R, d_R) @ G1.stack(g[:n], h[n:], G, H)
        return L, R, d_L, d_R

    # --- the verifier --------------------------------------------------------------------

    def challenges(self, rows: Rows, proof: RangeProof, context: bytes) -> Challenges:
        hearing = self.opened(rows, context)
        hearing.hears("A", proof.A.encode())
        y, z = hearing.challenge(), hearing.challenge()
        pairs = enumerate(zip(proof.L, proof.R, strict=True))
        rounds = tuple(self.round_challenge(hearing, k, L, R) for k, (L, R) in pairs)
        return Challenges(y, z, rounds, self.last_challenge(hearing, proof.A_, proof.B_))

    def round_challenge(self, hearing: Hearing, k: int, L: G1, R: G1) -> Fr:
        hearing.hears(f"L{k}", L.encode())
        hearing.hears(f"R{k}", R.encode())
        return hearing.challenge()

    def last_challenge(self, hearing: Hearing, A_: G1, B_: G1) -> Fr:
        hearing.hears("A'", A_.encode())
        hearing.hears("B'", B_.encode())
        return hearing.challenge()

    def gap(self, rows: Rows, proof: RangeProof, to: Challenges) -> G1:
        """The left side of (8) without the right one, after folding by (6) round by round."""
        y, e = to.y, to.e
        (g, h), P = range_bases(rows.N), self.A_hat(Claim.of(rows), proof.A, y, to.z)
        for L, R, e_k in zip(proof.L, proof.R, to.rounds, strict=True):
            g, h = folded_bases(y, e_k, g, h)
            P = P + (e_k * e_k) * L + (e_k * e_k).inverse() * R
        r_, s_ = proof.r_, proof.s_
        right = (e * r_) * g[0] + (e * s_) * h[0] + (y**self.first * r_ * s_) * G + proof.delta_ * H
        return (e * e) * P + e * proof.A_ + proof.B_ - right

    def accepts(self, rows: Rows, proof: RangeProof, context: bytes) -> bool:
        rounds = rows.N.bit_length() - 1
        if len(proof.L) != rounds or len(proof.R) != rounds:
            return False
        return self.gap(rows, proof, self.challenges(rows, proof, context)) == G1.identity()


def forgetting(*names: str) -> Paper:
    """The protocol that does not absorb these."""
    return Paper(forget=frozenset(names))


def folded_bases(y: Fr, e: Fr, g: G1, h: G1) -> tuple[G1, G1]:
    """The first line of (6)."""
    n = len(g) // 2
    return e.inverse() * g[:n] + (e * (y**n).inverse()) * g[n:], e * h[:n] + e.inverse() * h[n:]


def folded_vectors(y: Fr, e: Fr, a: Fr, b: Fr) -> tuple[Fr, Fr]:
    """The second line of (6)."""
    n = len(a) // 2
    return e * a[:n] + e.inverse() * y**n * a[n:], e.inverse() * b[:n] + e * b[n:]


def y_down(y: Fr, N: int) -> Fr:
    """(y^N, …, y², y)."""
    return Fr([int(y**i) for i in range(N, 0, -1)])


def sum_of(parts):
    """Σ of one or more."""
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


def dot(a: Fr, b: Fr) -> Fr:
    return a @ b if len(a) else Fr(0)


def u64(n: int) -> bytes:
    return n.to_bytes(8, "little")
