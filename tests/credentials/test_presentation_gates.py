"""Alternatives: exactly one gate is open, and what stands under it is t times the signed value.  Attack 57 on gates.

Of a holder who satisfies no alternative, each forgery first passes a verifier with one thing missing.
"""

import dataclasses

import pytest
from credentials.cheating import Forger, G, accepts, mutant, unchecked
from credentials.hospital import DOSE, answered, asked, people, policy_of, receive

from zkhealth.credentials import Wallet
from zkhealth.credentials.presentations import compiled as compiling
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations import prove as prover
from zkhealth.credentials.presentations import relations as relating
from zkhealth.credentials.presentations.compiled import Choice
from zkhealth.errors import WitnessError
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import Committed, Interval
from zkhealth.rangeproof.rows import Rows
from zkhealth.transcript import Nonces

P = people()
v = P.v
LINK = P.wallet._link
NEITHER = [(v.dose >= 3) | (v.series >= 4)]  # both are 2


@pytest.fixture(scope="module")
def challenge():
    return asked(policy_of(*NEITHER))


def forger(challenge, kind=Forger, **options):
    return kind(challenge, P.later, LINK, **options)


def without_ones(statement_of):
    """The mutant: the choice of gates without its row of ones, which is the one without a commitment."""

    def statement(compiled, everything):
        found = statement_of(compiled, everything)
        kept = [row for row in found.rows.rows if row.terms]
        assert len(kept) == len(found.rows.rows) - 1
        found.rows = Rows(found.rows.commitments, kept, found.rows.N)
        return found

    return statement


def without_choice(statement_of):
    """The mutant: gates need not be bits, nor add up to one."""

    def statement(compiled, everything):
        facts = [fact for fact in compiled.facts if not isinstance(fact, Choice)]
        return statement_of(dataclasses.replace(compiled, facts=facts), everything)

    return statement


def test_a_holder_of_neither_is_told_so(challenge):
    with pytest.raises(WitnessError, match="no alternative"):
        P.wallet.plan(challenge)


def test_attack_57_no_gate_is_open(challenge):
    """Then everything is 0, and 0 satisfies everything."""
    with mutant(protocol, statement=without_ones(protocol.statement)):
        forged = forger(challenge, digits=[]).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for digits in ([], [1], [0, 1], [1, 1]):
        assert not accepts(challenge, forger(challenge, digits=digits).present())


def test_attack_57_two_gates_are_open():
    """It would do no harm, and it is refused: the range argument shows that one is."""
    challenge = asked(policy_of((v.dose >= 2) | (v.series >= 2)))
    assert isinstance(challenge.compiled.facts[0], Choice)  # its bits are the first two

    def forge():
        return forger(challenge, open_gates=[0, 1], digits=[1, 1]).present()

    with mutant(protocol, statement=without_ones(protocol.statement)):
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


def interval_bits(challenge, values):
    """The bits of intervals that hold these values, after those of the choice."""
    out = []
    for fact, value in zip(challenge.compiled.facts[1:], values, strict=True):
        out += Interval(Committed(G), 0, fact.hi - fact.lo).bits(value)
    return out


@pytest.mark.parametrize("gates", [[-1, 0], [-1, -1], [-2, -3]], ids=str)
def test_a_gate_that_is_no_bit_turns_too_small_into_large_enough(challenge, gates):
    """t·(dose − 3) with t = −1 is 1."""

    def forge(digits):
        found = forger(challenge, digits=digits)
        found.t = [Fr(t) for t in gates]
        found.p = [Fr(2 * t) for t in gates]
        return found.present()

    honest = interval_bits(challenge, [-1 * gates[0], -2 * gates[1]])
    with mutant(protocol, statement=without_choice(protocol.statement)):
        forged = forge(honest)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for ones in ([1, 0], [0, 1], gates):
        assert not accepts(challenge, forge([*ones, *honest]))


def test_a_product_of_another_form():
    """C_p = t·C_series in the place of t·C_dose.  The credential says: dose 1 of a series of 3."""
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "dose": 1, "series": 3})
    challenge = asked(policy_of((v.dose >= 3) | (v.series >= 4)))

    class Series(Forger):
        def product_blinding(self, i):
            gate, _ = self.compiled.gated[i]
            return self.t[gate] * self.form(1)[1] + self.delta[i] if i == 0 else super().product_blinding(i)

    def forged_by(kind):
        found = kind(challenge, held, wallet._link, open_gates=[0])
        found.p = [Fr(3), Fr(0)]
        return found.present()

    real = protocol.relations

    def confused(compiled, points):
        return real(compiled, dataclasses.replace(points, forms=(points.forms[1], points.forms[1])))

    with mutant(protocol, relations=confused):
        forged = forged_by(Series)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for kind in (Series, Forger):
        assert not accepts(challenge, forged_by(kind))


def test_a_product_that_is_none(challenge):
    """The gate is open, and C_p opens to 3, which is not 1·2."""

    def forge():
        found = forger(challenge, open_gates=[0])
        found.p[0] = Fr(3)
        return found.present()

    with unchecked("products"):
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


def test_a_product_with_another_gate_s_bit():
    """C_p of the open gate made with the t of the closed one: 0·dose, where dose <= 1 is asked."""
    challenge = asked(policy_of((v.dose <= 1) | (v.series >= 4)))

    class Other(Forger):
        def product_blinding(self, i):
            return self.delta[i]

    def forge():
        found = forger(challenge, Other, open_gates=[0])
        found.p = [Fr(0), Fr(0)]
        return found.present()

    real = protocol.relations

    def confused(compiled, points):
        found = real(compiled, points)
        t = [r.secrets[0] for r in found if r.bases is not None]
        assert len(t) == 2
        return [dataclasses.replace(r, secrets=(t[1], r.secrets[1])) if r.bases is not None else r for r in found]

    with mutant(protocol, relations=confused):
        forged = forge()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forge())


def test_an_inequality_under_a_closed_gate_is_not_one_under_the_open_gate():
    """The mutant's inequality has the gate of the other alternative in its image."""
    challenge = asked(policy_of(v.country.differs("FR") | (v.series >= 4)))
    real = protocol.relations

    def confused(compiled, points):
        swapped = dataclasses.replace(points, gates=points.gates[::-1])
        found, other = real(compiled, points), real(compiled, swapped)
        return [*found[:-1], other[-1]]

    def forge(gate):
        found = forger(challenge, open_gates=[0])
        found.inverses = [(Fr(0), found.s_t[gate])]
        return found.present()

    with mutant(protocol, relations=confused):
        forged = forge(1)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for gate in (0, 1):
        assert not accepts(challenge, forge(gate))


def test_an_inequality_that_is_none_under_the_open_gate():
    challenge = asked(policy_of(v.country.differs("FR") | (v.series >= 4)))
    with unchecked("inequalities"):
        forged = forger(challenge, open_gates=[0]).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forger(challenge, open_gates=[0]).present())


def test_a_fact_of_an_alternative_that_forgets_its_gate():
    """The mutant compiles the facts of alternatives as if 0 were good in every one: it drops −lo·t."""
    challenge = asked(policy_of((v.dose >= 3) | (v.dose >= 9)))
    add = compiling._add_range

    def widened(out, clause, gate):
        add(out, clause, gate)
        if gate is not None:
            out.facts[-1] = dataclasses.replace(out.facts[-1], lo=0)

    with mutant(compiling, _add_range=widened):
        naive = dataclasses.replace(challenge)
        forged = forger(naive, open_gates=[0]).present()
        assert accepts(naive, forged)
    assert not accepts(challenge, forged)
    assert not accepts(challenge, forger(challenge, open_gates=[0], digits=[1]).present())


def test_a_list_in_an_alternative_has_its_gate_among_its_columns():
    """Where nothing is taken all columns are 0; a signed 0 is not nothing, though t·0 = 0 under an open gate too."""
    wallet = Wallet.create()
    held = receive(wallet, P.hospital, **{**DOSE, "dose": 0})
    challenge = asked(policy_of(v.dose.one_of([1, 2]) | (v.series >= 15)))
    table = relating.row_of

    def without_gate(xs, rows):
        return table(xs[:-1], [row[:-1] for row in rows]) if rows[-1] == [0, 0] else table(xs, rows)

    def forge(*digits):
        return Forger(challenge, held, wallet._link, open_gates=[0], digits=[1, 0, *digits]).present()

    with mutant(relating, row_of=without_gate):
        forged = forge(0, 0, 1)
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
    for digits in ((0, 0, 1), (1, 0, 0), (0, 0, 0)):
        assert not accepts(challenge, forge(*digits))


class Colliding(Nonces):
    """Blindings that make t·f under the open gate the same point as t, where f = 1."""

    def vector(self, n):
        self.drawn = [*getattr(self, "drawn", []), super().vector(n)]
        if len(self.drawn) < 4:
            return self.drawn[-1]
        s, _, s_t, delta = self.drawn
        return concat(s_t[0] - s[0], delta[1:])


def test_attack_15_commitments_that_collide_give_a_verdict(monkeypatch):
    challenge = asked(policy_of(v.dose.between(1, 1) | (v.series >= 3)))
    real = prover.Nonces

    def nonces(label, *rest):
        return (Colliding if label.endswith(b"blindings") else real)(label, *rest)

    monkeypatch.setattr(prover, "Nonces", nonces)
    monkeypatch.setattr(prover, "statement", lambda *_: None)
    forged = answered(challenge)
    gates, products = forged.points[-4 * 48 : -2 * 48], forged.points[-2 * 48 :]
    assert gates[:48] == products[:48]
    assert not accepts(challenge, forged)
