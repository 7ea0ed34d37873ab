"""Two presentations side by side: what a verifier of both could link, and what their holder drew for them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import combinations
from unittest import mock

from credentials.every_clause import P
from credentials.hospital import answered

from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations import prove as proving
from zkhealth.curve import G1
from zkhealth.field import Fr
from zkhealth.rangeproof import statement as arguing
from zkhealth.rangeproof.proof import RangeProof
from zkhealth.signatures import prover as bbs_proving
from zkhealth.transcript import Nonces


@dataclass
class Run:
    """A presentation with everything that its verifier, and its holder, can see of it."""

    answers: list[tuple[Fr, Fr]] = field(default_factory=list)
    """(challenge, response)"""
    points: dict[bytes, G1] = field(default_factory=dict)
    scalars: set[bytes] = field(default_factory=set)
    drawn: list[tuple[bytes, int]] = field(default_factory=list)
    secrets: set[int] = field(default_factory=set)
    shown: set[bytes] = field(default_factory=set)
    committed: list[G1] = field(default_factory=list)


class Drawing:
    """Stands for `Nonces`: keeps what is drawn, and draws scalars of another run again if told to."""

    def __init__(self, run: Run, again: dict[int, int], kind=Nonces) -> None:
        self.run, self.again, self.kind = run, again, kind

    def __call__(self, label, statement, witness):
        real, run, again = self.kind(label, statement, witness), self.run, self.again

        class Kept:
            def vector(self, n):
                at = len(run.drawn)
                found = [again.get(at + i, x) for i, x in enumerate(real.vector(n).ints())]
                run.drawn += [(label, x) for x in found]
                return Fr(found)

            def scalar(self):
                return self.vector(1)[0]

        return Kept()


def run(challenge, again=None, kind=Nonces, present=answered) -> Run:
    """Answer the challenge; `again` has scalars to draw by their place among all that are drawn."""
    out, kept, real = Run(), [], proving.Witness
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(proving, "Witness", lambda *args: kept.append(real(*args)) or kept[-1]))
        for module in (proving, bbs_proving, arguing):
            stack.enter_context(mock.patch.object(module, "Nonces", Drawing(out, again or {}, kind)))
        presentation = present(challenge)
    assert challenge.verify(presentation).valid
    witness = kept[0]
    read = protocol.check(challenge, presentation).read
    messages = [x for c in P.wallet.credentials for x in (*c.messages(P.wallet._link).ints(), int(c.signature.e))]
    out.secrets = {*messages, *witness.others.ints(), 0, 1, *(Fr.MODULUS - x for _, x in out.drawn)}
    for proof in read.proofs:
        hats = [proof.e_hat, proof.r1_hat, proof.r3_hat, *proof.m_hat]
        out.answers += [(proof.challenge, hat) for hat in hats]
        out.scalars |= {x.encode() for x in (*hats, proof.challenge)}
        out.points |= {point.encode(): point for point in (proof.Abar, proof.Bbar, proof.D)}
    challenges = [read.proofs[k].challenge for k in witness.owners]
    out.answers += list(zip(challenges, read.others, strict=True))
    out.scalars |= {x.encode() for x in read.others}
    out.points |= {point.encode(): point for point in read.raw_points}
    if presentation.bits:
        n_bits = challenge.compiled.n_bits
        bits = RangeProof.decode(presentation.bits, 1 << max(n_bits - 1, 0).bit_length())
        out.scalars |= {x.encode() for x in (bits.r_, bits.s_, bits.delta_)}
        out.points |= {P.encode(): P for P in (bits.A, *bits.L, *bits.R, bits.A_, bits.B_)}
    out.shown = {N.encode() for N in read.points.tags}
    out.committed = [point for point in read.raw_points if point.encode() not in out.shown]
    return out


def linked(one: Run, two: Run) -> set[str]:
    """What a verifier of both could see."""
    found = set()
    if one.scalars & two.scalars:
        found.add("a scalar")
    if (one.points.keys() & two.points.keys()) - one.shown:
        found.add("a point")
    if (one.points.keys() & {(-point).encode() for point in two.points.values()}) - one.shown:
        found.add("a point and its negative")
    if differences(one) & differences(two):
        found.add("a difference of points")
    for (c, x), (d, y) in zip(one.answers, two.answers, strict=True):
        if c != d and int((x - y) * (c - d).inverse()) in one.secrets | two.secrets:
            found.add("a secret")
    return found


def differences(of: Run) -> set[bytes]:
    return {(a - b).encode() for a, b in combinations(of.committed, 2)}


def drawn_twice(one: Run, two: Run) -> set[int]:
    """What the holder could see: a scalar that was drawn twice, in either or in both."""
    drawn = [x for _, x in (*one.drawn, *two.drawn)]
    return {x for x in drawn if drawn.count(x) > 1}
