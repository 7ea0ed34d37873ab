"""The range argument: Bulletproofs+ over public weight vectors, for bits with rows.

Chung, Han, Ju, Kim, Seo 2020 (eprint 2020/735), their letters; NOTES.md derives it.
For d = Σ_j z^(2j)·w_j over all rows of the whole aggregate, one power for each row,

    A^ = A − z·<1,g> + <d∘(y^N … y^1) + z·1, h> + y^(N+1)·Σ_j z^(2j)·V_j + ζ·G,
    ζ  = (z − z²)·Σ_(i=1..N) y^i − z·y^(N+1)·<1,d>,

is a commitment to a^_L = a_L − z·1 and a^_R = a_R + d∘(y^N … y^1) + z·1 with their
weighted inner product Σ y^i·a^_L,i·a^_R,i.  Powers of y run from y^1 to y^N and the
rows sit at y^(N+1): from y^0, a multiple of G in A would free the first bit.

Verification is one multi-scalar multiplication.  Not constant-time in Python; the
arithmetic is, on the native backend.
"""

from __future__ import annotations

from dataclasses import dataclass

from zkhealth.commitments import Pedersen, pedersen_bases, range_bases
from zkhealth.curve import G1, msm_vartime, scale_vartime, select_sum
from zkhealth.errors import VerificationError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.rangeproof.rows import Rows
from zkhealth.transcript import Nonces, Transcript

_TAG = b"zkhealth/rangeproof/v1"


def prove(rows: Rows, bits: Fr, blindings: Fr, transcript: Transcript, nonces: Nonces) -> RangeProof:
    """Prove the rows for `bits` (N of them) and the blindings of the commitments.

    The transcript has been opened with the statement, by `opened`.
    """
    N, H = rows.N, Pedersen().H
    g, h = range_bases(N)

    a_L, a_R = bits, bits - Fr(1)
    alpha = nonces.scalar()
    A = select_sum(bits, g + h) - h.sum() + alpha * H  # <a_L,g> + <a_R,h> + α·H
    y, z = _first_challenges(transcript, A)

    z_powers = _row_powers(z, rows.m)
    y_powers = Fr.powers(y, N + 2)  # y^0 … y^(N+1)
    d = rows.combined_weights(z_powers)
    a = a_L - z
    b = a_R + d * y_powers[N:0:-1] + z
    alpha = alpha + y_powers[N + 1] * (rows.combined_terms(z_powers) @ blindings)
    return _weighted_inner_product(transcript, nonces, A, g, h, y_powers, a, b, alpha)


def _weighted_inner_product(
    transcript: Transcript, nonces: Nonces, A: G1, g: G1, h: G1, y_powers: Fr, a: Fr, b: Fr, alpha: Fr
) -> RangeProof:
    """zk-WIP: know a, b, α with P = <a,g> + <b,h> + (Σ y^i·a_i·b_i)·G + α·H.

    The folded generators are f_g·g and f_h·h: the factors are kept apart, so
    that folding scales only one half.
    """
    GH = pedersen_bases()
    y, y_inv = y_powers[1], y_powers[1].inverse()
    Ls, Rs, f_g, f_h = [], [], Fr(1), Fr(1)
    while (n := len(a) // 2) > 0:
        a_lo, a_hi, b_lo, b_hi = a[:n], a[n:], b[:n], b[n:]
        g_lo, g_hi, h_lo, h_hi = g[:n], g[n:], h[:n], h[n:]
        y_n, y_n_inv, weights = y_powers[n], y_inv**n, y_powers[1 : n + 1]

        d_L, d_R = nonces.vector(2)
        c_L = (a_lo * b_hi) @ weights
        c_R = y_n * ((a_hi * b_lo) @ weights)
        L = concat(f_g * y_n_inv * a_lo, f_h * b_hi) @ G1.stack(g_hi, h_lo) + concat(c_L, d_L) @ GH
        R = concat(f_g * y_n * a_hi, f_h * b_lo) @ G1.stack(g_lo, h_hi) + concat(c_R, d_R) @ GH
        e, e_inv = _round_challenge(transcript, L, R)

        g, f_g = g_lo + scale_vartime(e * e * y_n_inv, g_hi), f_g * e_inv
        h, f_h = h_lo + scale_vartime(e_inv * e_inv, h_hi), f_h * e
        a = a_lo * e + a_hi * (y_n * e_inv)
        b = b_lo * e_inv + b_hi * e
        alpha = d_L * e * e + alpha + d_R * e_inv * e_inv
        Ls.append(L)
        Rs.append(R)

    a_1, b_1 = a[0], b[0]
    r, s, delta, eta = nonces.vector(4)
    A_ = concat(f_g * r, f_h * s) @ G1.stack(g, h) + concat(y * (r * b_1 + s * a_1), delta) @ GH
    B_ = concat(y * r * s, eta) @ GH
    e = _last_challenge(transcript, A_, B_)
    delta_ = eta + delta * e + alpha * e * e
    return RangeProof(A, G1.stack(*Ls), G1.stack(*Rs), A_, B_, r + a_1 * e, s + b_1 * e, delta_)


@dataclass(frozen=True, eq=False)
class Equation:
    """The verifier's sum, which must be the identity: coefficients of g, h, G, H, and of the rest."""

    g: Fr
    h: Fr
    G: Fr
    H: Fr
    scalars: Fr
    points: G1


def equation(rows: Rows, proof: RangeProof, transcript: Transcript) -> Equation:
    """Replay the challenges and expand the verification equation.

    Raises:
        VerificationError: the proof has another number of rounds, or a challenge is zero.
    """
    N = rows.N
    if len(proof.L) != N.bit_length() - 1:
        raise VerificationError("the range proof has the wrong number of rounds")
    y, z = _first_challenges(transcript, proof.A)
    rounds = [_round_challenge(transcript, L, R) for L, R in zip(proof.L, proof.R, strict=True)]
    e = _last_challenge(transcript, proof.A_, proof.B_)

    z_powers = _row_powers(z, rows.m)
    y_powers = Fr.powers(y, N + 2)
    y_up, y_down, y_last = y_powers[1 : N + 1], y_powers[N:0:-1], y_powers[N + 1]
    d = rows.combined_weights(z_powers)
    zeta = (z - z * z) * y_up.sum() - z * y_last * d.sum()

    # Folding leaves f·g with g_i weighted by y^(1−i)·Π e_k^±1: the signs are the bits of i, h has the opposite.
    signs = Fr([1])
    for x, x_inv in rounds:
        signs = signs.kron(concat(x_inv, x))
    e2 = e * e
    squares = [x * x for x, _ in rounds] + [x_inv * x_inv for _, x_inv in rounds]
    r_, s_ = proof.r_, proof.s_
    return Equation(
        g=-(e2 * z) - r_ * e * signs * Fr.powers(y.inverse(), N),
        h=e2 * (d * y_down + z) - s_ * e * signs[::-1],
        G=e2 * (zeta + y_last * rows.combined_constant(z_powers)) - r_ * y * s_,
        H=-proof.delta_,
        scalars=concat(e2 * y_last * rows.combined_terms(z_powers), e2, *(e2 * sq for sq in squares), e, Fr(1)),
        points=G1.stack(rows.commitments, proof.A, proof.L, proof.R, proof.A_, proof.B_),
    )


def holds(equations: list[Equation], weights: Fr) -> bool:
    """Whether the weighted sum of all is the identity: one multi-scalar multiplication."""
    pedersen = Pedersen()
    N = max(len(eq.g) for eq in equations)
    g, h = range_bases(N)
    zeros = Fr([0] * N)
    g_sum, h_sum, G_sum, H_sum, scalars = zeros, zeros, Fr(0), Fr(0), []
    for w, eq in zip(weights, equations, strict=True):
        g_sum = g_sum + concat(w * eq.g, zeros[len(eq.g) :])
        h_sum = h_sum + concat(w * eq.h, zeros[len(eq.h) :])
        G_sum, H_sum = G_sum + w * eq.G, H_sum + w * eq.H
        scalars.append(w * eq.scalars)
    points = G1.stack(g, h, pedersen.G, pedersen.H, *(eq.points for eq in equations))
    return msm_vartime(concat(g_sum, h_sum, G_sum, H_sum, *scalars), points) == G1.identity()


def opened(rows: Rows, context: bytes) -> Transcript:
    """A transcript that has absorbed the context and the whole statement."""
    transcript = Transcript(_TAG)
    transcript.absorb_bytes(context)
    rows.absorb(transcript)
    return transcript


def _row_powers(z: Fr, m: int) -> Fr:
    """z², z⁴, …, z^(2m)."""
    return Fr.powers(z * z, m + 1)[1:]


def _first_challenges(transcript: Transcript, A: G1) -> tuple[Fr, Fr]:
    """Y and z."""
    transcript.absorb_points(A)
    return _not_zero(transcript.challenge()), transcript.challenge()


def _round_challenge(transcript: Transcript, L: G1, R: G1) -> tuple[Fr, Fr]:
    """E of one round, and its inverse."""
    transcript.absorb_points(L)
    transcript.absorb_points(R)
    e = _not_zero(transcript.challenge())
    return e, e.inverse()


def _last_challenge(transcript: Transcript, A_: G1, B_: G1) -> Fr:
    transcript.absorb_points(A_)
    transcript.absorb_points(B_)
    return transcript.challenge()


def _not_zero(challenge: Fr) -> Fr:
    if challenge == Fr(0):
        raise VerificationError("a challenge is zero")
    return challenge
