"""Attack 32 of ATTACKS.md: the shares of the challenge among alternatives.

Each forgery first passes a careless verifier; then ours refuses it.
"""

import pytest
from oracles import NATIVE, R
from sigma.flavors import PROVE, VERIFY, flavors, is_accepted
from sigma.naive_sigma import COMPACT, accepts, challenge, parse, tree
from sigma.sample_statements import SESSION, E, Fixed, G, at, bit, s, v

from zkhealth.curve import G1
from zkhealth.errors import DecodingError
from zkhealth.field import Fr, concat
from zkhealth.sigma import Element, Relation, Secret, protocol, prove


def two_false_branches():
    return Relation(E[5] == v * G) | Relation(E[6] == v * G)


def simulated_apart(shares):
    """Both branches simulated, each under a share of its own."""
    parts = [
        protocol.simulate(child, share, Fixed([70 + i]))
        for i, (child, share) in enumerate(zip(two_false_branches().children, shares, strict=True))
    ]
    return G1.stack(*(T for Ts, _ in parts for T in Ts)), concat(*(scalar for _, ss in parts for scalar in ss))


def satisfies_with(shares, T, responses):
    """The mutant: every branch under the share that the prover names, and no look at their sum."""
    return all(
        parse(child.encode()).commitment([response], share) == [commitment]
        for child, share, commitment, response in zip(
            two_false_branches().children, shares.ints(), T, responses.ints(), strict=True
        )
    )


@flavors
@pytest.mark.parametrize("shares", [
    pytest.param([3, 4], id="sum is another"),
    pytest.param([0, 0], id="all zero"),
    pytest.param([5, 5], id="the same for all"),
    pytest.param([5, R - 5], id="sum is zero"),
])  # fmt: skip
def test_32_the_sum_of_the_sub_challenges_is_the_challenge(flavor, shares):
    """NOTES (3)."""
    statement, shares = two_false_branches(), Fr(shares)
    T, responses = simulated_apart(shares)
    assert satisfies_with(shares, T, responses)
    c = Fr(challenge(tree(statement), T.encode(), SESSION, flavor))
    for first in (c, shares.sum()) if flavor == COMPACT else (T,):
        for sent in (shares[:1], shares):
            forged = first.encode() + sent.encode() + responses.encode()
            assert not is_accepted(statement, forged, flavor=flavor)


@flavors
@pytest.mark.parametrize("branch", [0, 1])
def test_32_every_branch_under_the_whole_challenge_is_refused(flavor, branch):
    """c_i = c for all: what an AND would answer.  The last share is then 0, and its answer is wrong."""
    opens = Relation(Element(at(5, G)) == v * G)
    statement = opens | Relation(Element(at(6, G)) == s * G)
    k = Fr([8, 9])
    T = G1.stack(k[0] * G1.generator(), k[1] * G1.generator())
    c = Fr(challenge(tree(statement), T.encode(), SESSION, flavor))
    answers = k + c * Fr([5, 6])
    as_and = (c if flavor == COMPACT else T).encode() + (c if branch == 0 else Fr(0)).encode() + answers.encode()
    assert not is_accepted(statement, as_and, flavor=flavor)
    assert not accepts(statement, as_and, SESSION, flavor)


@flavors
@pytest.mark.parametrize("opened", [0, 1, 2] if NATIVE else [1])
def test_32_the_last_share_is_what_all_the_others_leave(flavor, opened):
    children = [Relation(Element(at(5 + i, G)) == Secret(f"e{i}") * G) for i in range(3)]
    statement = children[0] | children[1] | children[2]
    made = PROVE[flavor](statement, {Secret(f"e{i}"): 5 + opened for i in range(3)}, SESSION)
    assert is_accepted(statement, made, flavor=flavor) and accepts(statement, made, SESSION, flavor)


@flavors
def test_32_a_sub_challenge_is_not_reduced(flavor):
    statement, witness = bit(1)
    offset = 32 if flavor == COMPACT else 96
    for _ in range(100):
        made = PROVE[flavor](statement, witness, SESSION)
        share = int.from_bytes(made[offset : offset + 32], "big")
        if share + R < 2**256:
            break
    lifted = made[:offset] + (share + R).to_bytes(32, "big") + made[offset + 32 :]
    assert is_accepted(statement, made, flavor=flavor)
    assert accepts(statement, lifted, SESSION, flavor, without={"canonical"})
    with pytest.raises(DecodingError):
        VERIFY[flavor](statement, lifted, SESSION)


@flavors
def test_32_a_share_moved_between_branches_is_refused(flavor):
    statement, witness = bit(0)
    offset = 32 if flavor == COMPACT else 96
    made = PROVE[flavor](statement, witness, SESSION)
    share = Fr.decode(made[offset : offset + 32])
    for other in (share + Fr(1), -share, Fr(0)):
        assert not is_accepted(statement, made[:offset] + other.encode() + made[offset + 32 :], flavor=flavor)


@flavors
def test_32_proofs_by_either_branch_look_alike(flavor):
    """One length; no part is fixed, zero, or repeated, whichever branch was opened."""
    for depth in range(2) if NATIVE else (1,):
        lengths = set()
        for branch in (0, 1):
            statement, witness = bit(branch)
            if depth:
                statement = statement | Relation(E[5] == Secret("unknown") * G)
            proofs = [PROVE[flavor](statement, witness, SESSION) for _ in range(4 if NATIVE else 2)]
            lengths |= {len(one) for one in proofs}
            words = [one[i : i + 16] for one in proofs for i in range(0, len(one), 16)]
            assert len(set(words)) == len(words) and bytes(16) not in words
        assert len(lengths) == 1


def test_32_the_shares_are_spread_alike_whichever_branch_is_opened():
    """The first sub-challenge is in the lower half of the field half of the time."""
    n = 150 if NATIVE else 4
    for branch in (0, 1):
        statement, witness = bit(branch)
        shares = [int.from_bytes(prove(statement, witness, SESSION)[32:64], "big") for _ in range(n)]
        assert 0.25 * n < sum(share < R // 2 for share in shares) < 0.75 * n or not NATIVE
        assert len(set(shares)) == n
