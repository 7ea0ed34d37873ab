"""What is absent, partly known, or signed outside its domain proves nothing: attacks 48, 61 and 66.

Each forgery first passes a policy that is compiled with one thing missing, or signatures of a careless issuer.
"""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import Forger, accepts, mutant, mutants
from credentials.hospital import AT, AUDIENCE, receive

from zkhealth.credentials import Code, Date, Int, Issuer, Policy, Schema, Text, Wallet, days_ago
from zkhealth.credentials.issuing.credential import Credential
from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.policies.variable import Variable
from zkhealth.credentials.presentations import compiled as compiling
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.schemas import fields
from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.errors import DecodingError, WitnessError
from zkhealth.field import Fr


class Chart(Schema, id="https://health.example/schemas/chart/1"):
    birth = Date(partial=True, optional=True)
    given = Date(optional=True)
    day = Date()
    a = Int(0, 15, optional=True)
    b = Int(0, 15, optional=True)
    n = Int(0, 15)
    m = Int(0, 15)
    kind = Code(optional=True)
    other = Code(optional=True)


c = Chart.as_("c")
ISSUER = Issuer.generate(Chart, name="https://hospital.example")
GIVEN = {"day": "2026-09-01", "n": 2, "m": 2}


def holder(**values):
    """A credential and the link secret of its holder."""
    wallet = Wallet.create()
    return receive(wallet, ISSUER, **{**GIVEN, **values}), wallet._link


def asked(*clauses, **options):
    return Policy("a test", *clauses, issuers=[ISSUER.public], **options).challenge(AUDIENCE, AT)


def refused_from(challenge, held, link, **options):
    """Nobody who does not satisfy it gets through, with true values or digits at will."""
    wallet = Wallet(link)
    wallet._credentials.append(held)
    with pytest.raises(WitnessError):
        wallet.plan(challenge)
    for digits in ([], [1], [0, 1], [1] * 16):
        assert not accepts(challenge, Forger(challenge, held, link, digits=digits, **options).present())


# --- 61: absent -----------------------------------------------------------------

AS_ZERO = {
    "an age": c.birth.at_least_years_ago(18),
    "a window": c.given <= days_ago(14),
    "a bound": c.a <= 5,
    "a sum": c.a + c.b + c.n >= 2,
    "a list": c.a.one_of([0, 1]),
}
"""What passes where an absent value is signed as 0."""


@pytest.mark.parametrize("clause", AS_ZERO.values(), ids=AS_ZERO)
def test_attack_61_absent_is_not_zero(clause):
    challenge = asked(clause)
    zero = mutants(mutant(fields, absent=lambda: Fr(0)), mutant(compiling, _add_presence=lambda *_: None))
    with zero:
        naive, (held, link) = dataclasses.replace(challenge), holder()
        assert accepts(naive, Forger(naive, held, link).present())
    refused_from(challenge, *holder())


CANCELLING = {
    "a comparison": c.a >= c.b,
    "a strict comparison with a constant": c.a - c.b + c.n >= 2,
    "an equality": c.kind.equals(c.other),
    "an inequality": c.a.differs(3),
    "not in a list": c.kind.not_one_of(["cvx|1", "cvx|2"]),
}
"""What passes where presence is not proven: absent values cancel, or just differ."""


@pytest.mark.parametrize("clause", CANCELLING.values(), ids=CANCELLING)
@pytest.mark.parametrize("gated", [False, True], ids=["alone", "as an alternative"])
def test_attack_61_absent_values_do_not_cancel_or_differ(clause, gated):
    challenge = asked((clause | (c.n >= 15)) if gated else clause)
    held, link = holder()
    gates = {"open_gates": [0] if gated else []}
    with mutant(compiling, _add_presence=lambda *_: None):
        naive = dataclasses.replace(challenge)
        forged = Forger(naive, held, link, **gates).present()
        assert accepts(naive, forged)
    assert not accepts(challenge, forged)
    refused_from(challenge, held, link, **gates)


def test_attack_61_two_hidden_values_of_which_one_is_absent_do_not_differ():
    challenge = asked(c.kind.differs(c.other))
    for values in ({"kind": "cvx|1"}, {"other": "cvx|1"}):
        held, link = holder(**values)
        with mutant(compiling, _add_presence=lambda *_: None):
            naive = dataclasses.replace(challenge)
            assert accepts(naive, Forger(naive, held, link).present())
        refused_from(challenge, held, link)


def test_attack_61_an_absent_value_is_not_known():
    held, link = holder()
    challenge = asked(c.a.is_present())
    with mutant(compiling, absent=lambda: Fr(0)):
        naive = dataclasses.replace(challenge)
        assert accepts(naive, Forger(naive, held, link).present())
    refused_from(challenge, held, link)


# --- 48: partly known --------------------------------------------------------------

PARTIAL = {
    "an age": c.birth.at_least_years_ago(36),
    "born not before": c.birth >= "1990-06-01",
    "born in a time": c.birth.between("1990-01-01", "1990-06-30"),
    "a difference, at least": c.day - c.birth >= 13_100,
    "a difference, at most": c.day - c.birth <= 13_100,
    "twice": 2 * c.birth - c.day <= 19_900,
}
"""Of somebody born in 1990, no more is known; the day, 46264, is 13028 to 13392 days later."""


@pytest.mark.parametrize("clause", PARTIAL.values(), ids=PARTIAL)
def test_attack_48_of_a_partial_date_the_worse_end_counts(clause):
    challenge, (held, link) = asked(clause), holder(birth="1990")
    place = compiling.place
    with mutant(compiling, place=lambda ref, part=0: place(ref, -1 if part == 0 else 0)):
        naive = dataclasses.replace(challenge)
        forged = Forger(naive, held, link).present()
        assert accepts(naive, forged)
    assert not accepts(challenge, forged)
    refused_from(challenge, held, link)


@pytest.mark.parametrize("value", ["<5", ">4", "~5", "5.0", 5.0, "5", True])
def test_attack_48_a_value_with_a_comparator_is_not_signed(value):
    wallet = Wallet.create()
    with pytest.raises((TypeError, ValueError)):
        receive(wallet, ISSUER, **GIVEN, a=value)


# --- 66: signed out of its domain ------------------------------------------------------


def out_of_domain(**values):
    """From an issuer who signs anything, for a holder who takes anything."""
    plain = {**Chart.spec.encode(GIVEN), **{name: (n,) for name, n in values.items()}}
    careless = mutants(
        mock.patch.object(SchemaSpec, "encode", lambda self, values: plain),
        mock.patch.object(Credential, "check", lambda self, link: None),
    )
    with careless:
        return holder()


def test_attack_66_a_wallet_keeps_nothing_out_of_its_domain():
    plain = {**Chart.spec.encode(GIVEN), "n": (-3,)}
    with mock.patch.object(SchemaSpec, "encode", lambda self, values: plain), pytest.raises(DecodingError):
        holder()


@pytest.mark.parametrize("n", [-3, 16, 2**64, Fr.MODULUS // 2])
@pytest.mark.parametrize("clause", [c.n >= 1, c.n <= 14, c.n.between(0, 15), c.n.one_of([0, 1, 2])], ids=range(4))
def test_attack_66_bounds_on_one_value_are_exact_whatever_was_signed(n, clause):
    held, link = out_of_domain(n=n)
    challenge = asked(clause)
    for digits in ([], [1, 1, 1, 1]):
        assert not accepts(challenge, Forger(challenge, held, link, digits=digits).present())


def test_attack_66_a_value_out_of_its_domain_cannot_be_shown():
    held, link = out_of_domain(n=-3)
    challenge = asked(c.reveal("n"))
    forged = Forger(challenge, held, link).present()
    with mock.patch.object(fields.Field, "checked", lambda self, plain: plain):
        assert challenge.verify(forged).revealed == {"c.n": -3}
    assert not accepts(challenge, forged)


@pytest.mark.parametrize(("n", "m"), [(3, -4), (-3, -5), ((Fr.MODULUS + 1) // 2, (Fr.MODULUS - 1) // 2)])
def test_attack_66_comparisons_are_exact_modulo_r_alone_so_issuers_answer_for_domains(n, m):
    """The difference lies in [0, 15], which is all that is proven: what a careless issuer signs may wrap around."""
    held, link = out_of_domain(n=n, m=m)
    challenge = asked(c.n >= c.m)
    difference = (n - m) % Fr.MODULUS
    bits = [difference >> i & 1 for i in range(4)]
    assert accepts(challenge, Forger(challenge, held, link, digits=bits).present())
    beyond = asked(c.n - c.m >= difference + 1)
    assert not accepts(beyond, Forger(beyond, held, link, digits=bits).present())


ENDS = [(0, 0), (15, 15), (15, 0), (0, 15), (14, 15)]


@pytest.mark.parametrize(("n", "m"), ENDS)
def test_attack_66_comparisons_hold_at_both_ends_of_the_domain(n, m):
    held, link = holder(n=n, m=m)
    for clause, holds in (
        (c.n >= c.m, n >= m),
        (c.n > c.m, n > m),
        (c.n - c.m <= -15, n - m <= -15),
        (c.n - c.m >= 15, n - m >= 15),
    ):
        challenge = asked(clause)
        if holds:
            assert accepts(challenge, Forger(challenge, held, link).present())
        else:
            refused_from(challenge, held, link)


def test_attack_66_one_text_in_two_places_and_of_two_types():
    """The same code in two places is equal, and still shown of its own place alone; as a text it is another value."""
    held, link = holder(kind="FR", other="FR")
    same = asked(c.kind.equals(c.other))
    assert accepts(same, Forger(same, held, link).present())
    one, other = asked(c.reveal("kind")), asked(c.reveal("other"))
    presentation = Forger(one, held, link).present()
    assert accepts(one, presentation) and not accepts(other, presentation)
    assert Code().scalars("FR") != Text().scalars("FR")


def test_attack_66_types_swapped():
    """One id, two layouts: the header of the signature is the digest of the whole schema."""
    layouts = [
        SchemaSpec(Chart.spec.id, {"x": x, "y": y}) for x, y in ((Int(0, 15), Int(0, 3)), (Int(0, 3), Int(0, 15)))
    ]
    wallet, issuer = Wallet.create(), Issuer.generate(layouts[0], name="a")
    held = receive(wallet, issuer, x=9, y=1)
    policy = Policy(
        "a", Variable("w", layouts[1]).y.between(0, 4), issuers=[IssuerPublic("a", layouts[1], issuer.public.keys)]
    )
    challenge = policy.challenge(AUDIENCE, AT)
    with mutant(protocol, setting=lambda spec, key: held.setting):
        forged = Forger(challenge, held, wallet._link).present()
        assert accepts(challenge, forged)
    assert not accepts(challenge, forged)
