"""A holder who does as it is told: `prove` step by step, with every secret and every step in reach.

By default a `Forger` is honest.  A test sets secrets that do not fit, gives digits that are no bits, or overrides a
step; then a mutant of the verifier is to accept the presentation, and the verifier itself is not.
"""

from __future__ import annotations

from contextlib import ExitStack
from unittest import mock

from rangeproof.hidden import telling
from rangeproof.paper import Paper

from zkhealth.commitments import Pedersen
from zkhealth.credentials.issuing.messages import link_secret
from zkhealth.credentials.presentations import presentation as protocol
from zkhealth.credentials.presentations.presentation import Presentation, Shown
from zkhealth.credentials.presentations.prove import Chosen, _by_place
from zkhealth.credentials.presentations.relations import Points, Shape, first_messages
from zkhealth.curve import G1
from zkhealth.field import Fr, concat
from zkhealth.rangeproof import prove as prove_bits
from zkhealth.signatures import Blinding, Prover

G, H = Pedersen().G, Pedersen().H
POINTS = ("commitments", "links", "tags", "gates", "products")
RELATIONS = (*POINTS, "inequalities")


class Forger:
    """The secrets stand in lists, in the order of the compiled policy, and may be changed before `present`.

    Credentials, and link secrets, are one for all or by the policy's names.
    """

    paper = Paper()
    """The range argument that is spoken if there are digits."""

    def __init__(self, challenge, credentials, link, *, open_gates=(), blindings=None, digits=None, a_G=0):
        """`digits` are the bits of the range argument, zeros where they end, None for honest ones; A holds a_G·G."""
        self.challenge, self.compiled, self.digits, self.a_G = challenge, challenge.compiled, digits, a_G
        names = [wanted.name for wanted in challenge.policy.wanted]
        held = credentials if isinstance(credentials, dict) else dict.fromkeys(names, credentials)
        self.chosen = [Chosen(held[name], 0, 0) for name in names]
        links = [link[name] if isinstance(link, dict) else link for name in names]
        self.messages = [c.credential.messages(x) for c, x in zip(self.chosen, links, strict=True)]
        self._begin_bbs(blindings)
        self._choose(links, open_gates)

    def _begin_bbs(self, blindings):
        policy, n = self.challenge.policy, len(self.chosen)
        refs = [protocol.disclosed_refs(policy, k) for k in range(n)]
        self.shown = [[self.chosen[k].credential.values[ref.name] for ref in refs[k]] for k in range(n)]
        self.disclosed = [protocol.disclosed_scalars(r, v) for r, v in zip(refs, self.shown, strict=True)]
        self.settings = [c.credential.setting for c in self.chosen]
        hidden = [known.n - len(d) for known, d in zip(self.settings, self.disclosed, strict=True)]
        self.blindings = blindings or [Blinding.of(Fr.random(5 + m)) for m in hidden]
        self.provers = [
            Prover(known, c.credential.signature, m, sorted(d), b)
            for known, c, m, d, b in zip(
                self.settings, self.chosen, self.messages, self.disclosed, self.blindings, strict=True
            )
        ]

    def _choose(self, links, open_gates):
        compiled, shape = self.compiled, Shape.of(self.compiled)
        self.v = [weighed(self.messages[k], compiled.forms[f].of(k)) for f, k in compiled.commitments]
        self.s = randoms(len(self.v))
        self.link, self.s_link = links[0], [Fr.random()] * shape.n_links
        self.tags = [weighed(self.messages[tag.k], tag.parts) for tag in compiled.tags]
        self.t = [Fr(int(g in open_gates)) for g in range(compiled.n_gates)]
        self.s_t = randoms(compiled.n_gates)
        self.forms = [self.form(f) for f in range(len(compiled.forms))]
        self.p = [self.t[g] * self.forms[f][0] for g, f in compiled.gated]
        self.delta = randoms(len(compiled.gated))
        self.inverses = [self.inverse(u) for u in compiled.inequalities]

    def form(self, f):
        """Value and blinding of a whole form."""
        at = [i for i, (g, _) in enumerate(self.compiled.commitments) if g == f]
        return total(self.v[i] for i in at), total(self.s[i] for i in at)

    def inverse(self, unequal):
        """The secrets x, w of an inequality; where it does not hold, those of a closed gate."""
        v, s = self.forms[unequal.form]
        t, s_t = (Fr(1), Fr(0)) if unequal.gate is None else (self.t[unequal.gate], self.s_t[unequal.gate])
        x = Fr(0) if v == unequal.target else t / (v - unequal.target)
        return x, s_t - x * s

    def product_blinding(self, i):
        """C_p = p·G + (t·s + δ)·H."""
        gate, form = self.compiled.gated[i]
        return self.t[gate] * self.form(form)[1] + self.delta[i]

    def points(self):
        """Every public point, as they are now."""
        link = [commit(self.link, self.s_link[0])] if self.s_link else []
        return G1.stack(
            *map(commit, self.v, self.s),
            *link,
            *(n * tag.base for n, tag in zip(self.tags, self.compiled.tags, strict=True)),
            *map(commit, self.t, self.s_t),
            *(commit(p, self.product_blinding(i)) for i, p in enumerate(self.p)),
        )

    def others(self):
        """Every secret that is not a message, as they are now."""
        gates = [x for gate in zip(self.t, self.s_t, strict=True) for x in gate]
        return concat(*self.s, *self.s_link, *gates, *self.delta, *(x for pair in self.inverses for x in pair))

    def owners(self):
        """The credential under whose challenge each of them is answered."""
        found = [k for _, k in self.compiled.commitments] + list(range(len(self.s_link)))
        return found + [0] * (len(self.others()) - len(found))

    def first(self, found):
        """T of each relation."""
        parts = zip(self.provers, self.blindings, self.messages, strict=True)
        return first_messages(found, [_by_place(p, b.m_tilde, len(m)) for p, b, m in parts], self.nonces)

    def late(self, challenges):
        """What is changed once the challenges are known: nothing."""

    def openings(self):
        """Value and blinding of everything that facts are about."""
        forms = [self.form(f) for f in range(len(self.compiled.forms))]
        products = [(p, self.product_blinding(i)) for i, p in enumerate(self.p)]
        return [*forms, *zip(self.t, self.s_t, strict=True), *products]

    def bits(self, statement, openings, context):
        """The range argument."""
        if self.digits is None:
            return prove_bits(statement, openings, context)
        told = self.told(statement, openings, context)
        return self.paper.prove(statement.rows, told, context).encode()

    def told(self, statement, openings, context):
        """What the prover of the range argument is told to use."""
        return telling(statement, openings, self.digits[: statement.rows.N], a_G=self.a_G)

    def answers(self, challenges):
        """The responses of all secrets that are not messages."""
        others = self.others()
        return self.nonces + concat(*(challenges[k] for k in self.owners())) * others if len(others) else others

    def present(self):
        """The presentation."""
        points = self.points()
        self.nonces = Fr.random(len(self.others()))
        T = self.first(protocol.relations(self.compiled, Points.split(self.compiled, points)))
        firsts = [(p.Abar, p.Bbar, p.D) for p in self.provers]
        ph = protocol.header(self.challenge, self.settings, self.disclosed, firsts, points, T)
        challenges = [p.challenge(ph) for p in self.provers]
        self.late(challenges)
        points = self.points()
        listed = zip(self.chosen, self.shown, [p.finish(ph) for p in self.provers], strict=True)
        first_part = Presentation(
            tuple(Shown(c.issuer, c.key, tuple(v), proof.encode()) for c, v, proof in listed),
            points.encode() if len(points) else b"",
            self.answers(challenges).encode() if len(self.others()) else b"",
            b"",
        )
        everything = protocol.committed(self.compiled, Points.split(self.compiled, points))
        statement = protocol.statement(self.compiled, everything)
        if statement is None:
            return first_part
        openings = dict(zip(everything, self.openings(), strict=True))
        context = protocol.bits_context(ph, first_part)
        return Presentation(
            first_part.shown, first_part.points, first_part.responses, self.bits(statement, openings, context)
        )


def accepts(challenge, presentation, **options):
    """The verdict, as a bool."""
    return challenge.verify(presentation, **options).valid


# --- mutants of the verifier --------------------------------------------------


def mutant(module, **changed):
    """The library with some names of a module replaced, as a context."""
    return mock.patch.multiple(module, **changed)


def mutants(*contexts):
    """Several at once."""
    stack = ExitStack()
    for context in contexts:
        stack.enter_context(context)
    return stack


def span(compiled, kind):
    """The places of the relations of one kind."""
    shape = Shape.of(compiled)
    counts = (shape.n_commitments, shape.n_links, shape.n_tags, shape.n_gates, shape.n_gated, shape.n_inequalities)
    at = RELATIONS.index(kind)
    return range(sum(counts[:at]), sum(counts[: at + 1]))


def point_span(compiled, kind):
    """The places of the points of one kind."""
    shape = Shape.of(compiled)
    counts = (shape.n_commitments, int(bool(shape.n_links)), shape.n_tags, shape.n_gates, shape.n_gated)
    at = POINTS.index(kind)
    return range(sum(counts[:at]), sum(counts[: at + 1]))


def unchecked(kind):
    """The mutant that leaves the relations of one kind out."""
    real = protocol.relations

    def relations(compiled, points):
        left_out = span(compiled, kind)
        return [relation for i, relation in enumerate(real(compiled, points)) if i not in left_out]

    return mutant(protocol, relations=relations)


def unheard(*, points=None, first=None):
    """The mutant whose header leaves out the points of one kind, or the first messages of one kind of relation."""
    real = protocol.header

    def header(challenge, settings, disclosed, firsts, all_points, T):
        if points:
            left_out = point_span(challenge.compiled, points)
            all_points = all_points[[i for i in range(len(all_points)) if i not in left_out]]
        if first:
            left_out = span(challenge.compiled, first)
            T = T[[i for i in range(len(T)) if i not in left_out]]
        return real(challenge, settings, disclosed, firsts, all_points, T)

    return mutant(protocol, header=header)


def believing_identities():
    """The mutant that lets the identity stand for a point."""
    return mock.patch.object(G1, "has_identity", lambda self: False)


# --- parts --------------------------------------------------------------------


def commit(v, s):
    return v * G + s * H


def randoms(n):
    return [Fr.random() for _ in range(n)]


def total(scalars):
    out = Fr(0)
    for x in scalars:
        out = out + x
    return out


def weighed(messages, parts):
    return total(Fr(a) * messages[i] for i, a in parts)


def place_of(credential, slot):
    """The place of a slot's message, or of the link secret."""
    spec = credential.issuer.spec
    return link_secret(spec) if slot == "link" else 1 + spec.slots.index(slot)


def spliced(presentation, other, *, proofs=(), points=(), responses=(), bits=False):
    """With proofs, points and responses at some places, or the range argument, of another presentation."""

    def mixed(mine, theirs, places, width):
        out = bytearray(mine)
        for i in places:
            out[width * i : width * i + width] = theirs[width * i : width * i + width]
        return bytes(out)

    pairs = enumerate(zip(presentation.shown, other.shown, strict=True))
    return Presentation(
        tuple(theirs if k in proofs else mine for k, (mine, theirs) in pairs),
        mixed(presentation.points, other.points, points, G1.BYTES),
        mixed(presentation.responses, other.responses, responses, Fr.BYTES),
        other.bits if bits else presentation.bits,
    )
