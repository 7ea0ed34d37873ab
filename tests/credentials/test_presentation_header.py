"""Attacks 1, 3, 6, 7: everything that is public changes the header, every part changes all that comes after it."""

import dataclasses
from unittest import mock

import pytest
from credentials.cheating import accepts, mutant
from credentials.hospital import AT, AUDIENCE, answered, asked, people, policy_of

from zkhealth.credentials import Policy, Pseudonym
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.curve import G1, G2
from zkhealth.field import Fr

P = people()
v, u = P.v, P.u
NONCE = bytes(range(32))
CLAUSES = [v.given > u.given, v.country.differs("DE"), v.reveal("dose"), u.reveal("dose"), Pseudonym("a trial")]


@pytest.fixture(scope="module")
def public():
    """Everything that enters the header of one honest presentation."""
    seen, real = [], protocol.header
    challenge = asked(policy_of(*CLAUSES), nonce=NONCE)
    presentation = answered(challenge)
    with mutant(protocol, header=lambda *args: seen.append(args) or real(*args)):
        protocol.check(challenge, presentation)
    return seen[0], presentation


def changed_points(points):
    for i in range(len(points)):
        yield G1.stack(*(P + G1.generator() if i == j else P for j, P in enumerate(points)))
    yield points[::-1]
    yield points[:-1]
    yield G1.stack(points, points[0])


def changed_compiled(challenge):
    """Other bases of scopes and other targets, under the same policy, audience and time."""
    compiled = challenge.compiled
    other = dataclasses.replace(compiled.tags[0], base=compiled.tags[0].base + G1.generator())
    yield dataclasses.replace(compiled, tags=[other])
    yield dataclasses.replace(compiled, tags=[])
    for i, unequal in enumerate(compiled.inequalities):
        moved = dataclasses.replace(unequal, target=unequal.target + Fr(1))
        yield dataclasses.replace(
            compiled, inequalities=[*compiled.inequalities[:i], moved, *compiled.inequalities[i + 1 :]]
        )
    yield dataclasses.replace(compiled, inequalities=compiled.inequalities[::-1])


def with_compiled(challenge, compiled):
    return mock.Mock(compiled=compiled, binding=challenge.binding)


def variants(challenge, settings, disclosed, firsts, points, T):
    yield challenge, settings, disclosed, firsts, points, T
    yield dataclasses.replace(challenge, nonce=bytes(32)), settings, disclosed, firsts, points, T
    for compiled in changed_compiled(challenge):
        yield with_compiled(challenge, compiled), settings, disclosed, firsts, points, T
    for k in (0, 1):
        for changed in ({"pk": G2.generator()}, {"header": bytes(32)}):
            other = list(settings)
            other[k] = dataclasses.replace(settings[k], **changed)
            yield challenge, other, disclosed, firsts, points, T
        ((i, value),) = disclosed[k].items()
        for shown in ({i: value + Fr(1)}, {i + 1: value}, {}, {i: value, i + 1: value}):
            yield challenge, settings, [shown if j == k else d for j, d in enumerate(disclosed)], firsts, points, T
        for j in range(3):
            first = list(firsts[k])
            first[j] = first[j] + G1.generator()
            yield challenge, settings, disclosed, [first if j == k else f for j, f in enumerate(firsts)], points, T
    yield challenge, settings[:1], disclosed[:1], firsts[:1], points, T
    yield challenge, settings, disclosed[::-1], firsts, points, T
    yield challenge, settings, disclosed, firsts[::-1], points, T
    for other in changed_points(points):
        yield challenge, settings, disclosed, firsts, other, T
    for other in changed_points(T):
        yield challenge, settings, disclosed, firsts, points, other
    yield challenge, settings, disclosed, firsts, G1.stack(points, T[0]), T[1:]


def test_attack_1_every_public_value_changes_the_header(public):
    args, _ = public
    headers = [protocol.header(*variant) for variant in variants(*args)]
    assert len(headers) > 50
    assert len(set(headers)) == len(headers)


def test_attack_1_the_order_in_which_values_are_held_does_not_matter(public):
    (challenge, settings, _, *rest), _ = public
    shown = {3: Fr(1), 1: Fr(2)}
    one, other = (protocol.header(challenge, settings, [d, d], *rest) for d in (shown, dict(reversed(shown.items()))))
    assert one == other


def test_attack_3_every_byte_of_the_first_part_changes_what_the_range_argument_is_about(public):
    _, presentation = public
    seen = {protocol.bits_context(bytes(32), presentation), protocol.bits_context(bytes(31) + b"\1", presentation)}
    n = 2
    for name in ("points", "responses"):
        data = getattr(presentation, name)
        for at in range(0, len(data), 16):
            flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            seen.add(protocol.bits_context(bytes(32), dataclasses.replace(presentation, **{name: flipped})))
            n += 1
    for k, shown in enumerate(presentation.shown):
        for at in range(0, len(shown.proof), 16):
            proof = shown.proof[:at] + bytes([shown.proof[at] ^ 1]) + shown.proof[at + 1 :]
            both = [dataclasses.replace(s, proof=proof) if j == k else s for j, s in enumerate(presentation.shown)]
            seen.add(protocol.bits_context(bytes(32), dataclasses.replace(presentation, shown=tuple(both))))
            n += 1
    assert len(seen) == n


def test_attack_7_parts_of_the_context_do_not_run_together(public):
    _, p = public
    moved = dataclasses.replace(p, points=p.points + p.responses[:1], responses=p.responses[1:])
    assert protocol.bits_context(bytes(32), p) != protocol.bits_context(bytes(32), moved)


# --- what a presentation answers ------------------------------------------------


BASE = {"policy": policy_of(v.held(), window=600), "audience": AUDIENCE, "at": AT, "nonce": NONCE, "window": 0}
OTHERS = {
    "another policy": {"policy": policy_of(v.held(), window=601)},
    "another name of the policy": {"policy": Policy("b test", v.held(), issuers=[P.hospital.public], window=600)},
    "another audience": {"audience": AUDIENCE + "/"},
    "another time": {"at": "2026-11-23T12:00:01Z"},
    "another nonce": {"nonce": bytes(32)},
    "a window": {"nonce": None, "window": 600},
}


def test_attack_1_every_part_of_a_challenge_changes_what_is_answered():
    bindings = {Challenge(**{**BASE, **change}).binding for change in ({}, *OTHERS.values())}
    windows = {Challenge(**{**BASE, "nonce": None, "window": n}).binding for n in (1, 599, 600)}
    assert len(bindings | windows) == 1 + len(OTHERS) + 2


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_attacks_6_45_47_50_a_presentation_answers_one_challenge_alone(change):
    mine, other = Challenge(**BASE), Challenge(**{**BASE, **change})
    deaf = mock.patch.object(Challenge, "binding", b"")
    with deaf:
        replayed = answered(mine)
        assert accepts(mine, replayed, now=AT)
        assert accepts(other, replayed, now="2026-11-23T12:00:01Z")
    presentation = answered(mine)
    assert accepts(mine, presentation, now=AT)
    assert not accepts(other, presentation, now="2026-11-23T12:00:01Z")


def test_attack_47_the_policy_that_a_presentation_brings_along_is_not_believed():
    """The mutant verifies under the challenge that the holder says it was."""
    mine = Challenge(**BASE)
    easier = dataclasses.replace(mine, policy=policy_of(v.held(), window=600))
    strict = dataclasses.replace(mine, policy=policy_of(v.dose >= 3, window=600))
    presentation = answered(easier)
    assert accepts(Challenge.decode(easier.encode()), presentation)
    assert not accepts(strict, presentation)
