"""The draft's verifier, written from its text alone: integers, hashlib, one scaling at a time.

It is the oracle of the tests beside it.  Told to do `without` a check or an absorb it is
a mutant: the careless verifier that shows a forgery to be one.  It imports nothing from
`zkhealth.sigma` or `zkhealth.transcript`; points are ours, or py_ecc's (`curve=PyEcc`).
"""

import hashlib
from dataclasses import dataclass

from oracles import P_MODULUS, R, ecc, ecc_encode
from py_ecc.bls.point_compression import decompress_G1

from zkhealth.curve import G1, scale_vartime
from zkhealth.errors import DecodingError
from zkhealth.field import Fr

PLAIN = b"sigma-proofs_Shake128_BLS12381"
COMPOSED = b"zkhealth-composed-sigma-v1_Shake128_BLS12381"
COMPACT, BATCHABLE = b"CMPT", b"DSFS"


class RefusedError(Exception):
    """This verifier says no."""


# --- the group, twice ----------------------------------------------------------------


class Ours:
    @staticmethod
    def decode(data):
        try:
            return G1.decode(data, 1)
        except DecodingError:
            raise RefusedError("point") from None

    encode = staticmethod(G1.encode)
    identity = staticmethod(G1.identity)
    generator = staticmethod(G1.generator)

    @staticmethod
    def add(P, Q):
        return P + Q

    @staticmethod
    def mul(k, P):
        return scale_vartime(Fr(k), P)


class PyEcc:
    encode = staticmethod(ecc_encode)
    add = staticmethod(ecc.add)

    @staticmethod
    def decode(data):
        z = int.from_bytes(data, "big")
        if z >> 381 & 1 == 0 and z % 2**381 >= P_MODULUS:
            raise RefusedError("point")
        try:
            return decompress_G1(z)
        except ValueError:
            raise RefusedError("point") from None

    @staticmethod
    def identity():
        return ecc.Z1

    @staticmethod
    def generator():
        return ecc.G1

    @staticmethod
    def mul(k, P):
        return ecc.multiply(P, k % R)


# --- fiat-shamir ---------------------------------------------------------------------


def xof(session_id, absorbed, n):
    """Init(session_id), Absorb(absorbed), Squeeze(n): SHAKE128 over the identifier in a block of its own."""
    return hashlib.shake_128(session_id.ljust(168, b"\0") + absorbed).digest(n)


def derive_session_id(tag):
    return xof(b"irtf-cfrg-fiat-shamir/session-id", tag, 32)


def le(n, width=4):
    return n.to_bytes(width, "little")


# --- linear relations ----------------------------------------------------------------


@dataclass
class Instance:
    elements: list  # points, the generator first
    equations: list  # of (image, terms) = ([(element, coefficient)], [(secret, element, coefficient)])
    curve: type = Ours

    @property
    def n_secrets(self):
        return 1 + max((j for _, terms in self.equations for j, _, _ in terms), default=-1)

    def sum(self, terms):
        out = self.curve.identity()
        for k, P in terms:
            out = self.curve.add(out, self.curve.mul(k, P))
        return out

    def map(self, scalars):
        return [self.sum((a * scalars[j], self.elements[e]) for j, e, a in terms) for _, terms in self.equations]

    def image(self):
        return [self.sum((a, self.elements[e]) for e, a in image) for image, _ in self.equations]

    def commitment(self, response, c):
        """SimulateCommitment."""
        return [
            self.sum(
                [(a * response[j], self.elements[e]) for j, e, a in terms]
                + [(-c * a, self.elements[e]) for e, a in image]
            )
            for image, terms in self.equations
        ]

    def encode(self):
        out = le(len(self.equations))
        for image, terms in self.equations:
            out += le(len(image)) + b"".join(le(e) + a.to_bytes(32, "big") for e, a in image)
            out += le(len(terms)) + b"".join(le(j) + le(e) + a.to_bytes(32, "big") for j, e, a in terms)
        return out + b"".join(self.curve.encode(P) for P in self.elements[1:])

    def violations(self):
        """The numbers of the draft's ten checks that fail (those that make sense when an earlier one fails)."""
        used = {e for image, terms in self.equations for e in [*(e for e, _ in image), *(e for _, e, _ in terms)]}
        secrets = {j for _, terms in self.equations for j, _, _ in terms}
        bad = set()
        if not self.equations:
            bad.add(1)
        if not all(image and terms for image, terms in self.equations):
            bad.add(2)
        if not all(0 <= i < 2**32 for i in used | secrets):
            bad.add(3)
        if not all(e < len(self.elements) for e in used):
            bad.add(4)
        if set(range(1, len(self.elements))) - used:
            bad.add(5)
        if set(range(self.n_secrets)) - secrets:
            bad.add(6)
        encoded = [self.curve.encode(P) for P in self.elements]
        if not encoded or encoded[0] != self.curve.encode(self.curve.generator()):
            bad.add(7)
        zero = self.curve.encode(self.curve.identity())
        if zero in encoded:
            bad.add(8)
        if bad & {3, 4}:
            return bad
        if zero in map(self.curve.encode, self.image()):
            bad.add(9)
        for j in secrets:
            columns = [self.sum((a, self.elements[e]) for i, e, a in terms if i == j) for _, terms in self.equations]
            if all(self.curve.encode(P) == zero for P in columns):
                bad.add(10)
        return bad


def parse(data, curve=Ours):
    """SerializeLinearRelation undone; what remains are elements, however many are referenced."""
    at = 0

    def take(n):
        nonlocal at
        at += n
        if at > len(data):
            raise RefusedError("truncated")
        return data[at - n : at]

    def u32():
        return int.from_bytes(take(4), "little")

    equations = []
    for _ in range(u32()):
        image = [(u32(), integer(take(32))) for _ in range(u32())]
        terms = [(u32(), u32(), integer(take(32))) for _ in range(u32())]
        equations.append((image, terms))
    elements = [curve.decode(data[i : i + 48]) for i in range(at, len(data), 48)]
    return Instance([curve.generator(), *elements], equations, curve)


def integer(data, is_strict=True):
    n = int.from_bytes(data, "big")
    if is_strict and (len(data) != 32 or n >= R):
        raise RefusedError("scalar")
    return n % R


# --- statements as trees: ("=", bytes of an instance), ("&", children), ("|", children) ---


def tree(statement):
    """Our statement as this file's; the bytes of a relation are compared elsewhere."""
    if hasattr(statement, "linear"):
        return "=", statement.encode()
    return {"And": "&", "Or": "|"}[type(statement).__name__], [tree(child) for child in statement.children]


def encode(node):
    kind, content = node
    if kind == "=":
        return content
    parts = [b"=" + body if child[0] == "=" else body for child in content for body in [encode(child)]]
    return kind.encode() + le(len(parts)) + b"".join(le(len(part)) + part for part in parts)


def n_points(node, curve):
    kind, content = node
    return len(parse(content, curve).equations) if kind == "=" else sum(n_points(child, curve) for child in content)


def n_scalars(node, curve):
    kind, content = node
    if kind == "=":
        return parse(content, curve).n_secrets
    return (len(content) - 1 if kind == "|" else 0) + sum(n_scalars(child, curve) for child in content)


def leaves(node, c, scalars, curve):
    """Every instance with its challenge and response; consumes the list `scalars` from the front."""
    kind, content = node
    if kind == "=":
        instance = parse(content, curve)
        response = [scalars.pop(0) for _ in range(instance.n_secrets)]
        return [(instance, c, response)]
    shares = [c] * len(content)
    if kind == "|":
        shares = [scalars.pop(0) for _ in content[1:]]
        shares.append((c - sum(shares)) % R)
    return [leaf for child, share in zip(content, shares, strict=True) for leaf in leaves(child, share, scalars, curve)]


def challenge(node, commitments, session, flavor, without=()):
    """DeriveChallenge.  `without` may name an absorb, or be the very bytes that are left out."""
    suite = PLAIN if node[0] == "=" else COMPOSED
    tag = session + b"-" + flavor + b"-with-" + suite
    if "session" in without:
        tag = flavor + b"-with-" + suite
    if "flavor" in without:
        tag = session + b"-with-" + suite
    statement = b"" if "statement" in without else encode(node)
    for part in without:
        if isinstance(part, bytes):
            statement = statement.replace(part, b"")
    absorbed = statement + (b"" if "commitments" in without else commitments)
    return int.from_bytes(xof(derive_session_id(tag), absorbed, 48), "little") % R


# --- the verifiers -------------------------------------------------------------------


def accepts(statement, proof, session, flavor, without=(), curve=Ours):
    """Whether the draft's verifier, without some checks or absorbs, accepts."""
    node = statement if isinstance(statement, tuple) else tree(statement)
    try:
        verify = _compact if flavor == COMPACT else _batchable
        verify(node, proof, session, flavor, without, curve)
    except RefusedError:
        return False
    return True


def _compact(node, proof, session, flavor, without, curve):
    n = 1 + n_scalars(node, curve)
    if "length" not in without and len(proof) != 32 * n:
        raise RefusedError("length")
    c, *scalars = [integer(proof[32 * i : 32 * i + 32], "canonical" not in without) for i in range(n)]
    parts = _checked(leaves(node, c, scalars, curve), without)
    T = [curve.encode(P) for instance, share, response in parts for P in instance.commitment(response, share)]
    _no_identity(T, without, curve)
    if "challenge" not in without and challenge(node, b"".join(T), session, flavor, without) != c:
        raise RefusedError("challenge")


def _batchable(node, proof, session, flavor, without, curve):
    for residual in residuals(node, proof, session, flavor, without, curve):
        if curve.encode(residual) != curve.encode(curve.identity()):
            raise RefusedError("equation")


def residuals(node, proof, session, flavor=BATCHABLE, without=(), curve=Ours):
    """T + c·image − M·s for every equation of a batchable proof."""
    m, n = n_points(node, curve), n_scalars(node, curve)
    if "length" not in without and len(proof) != 48 * m + 32 * n:
        raise RefusedError("length")
    T = [proof[48 * i : 48 * i + 48] for i in range(m)]
    rest = proof[48 * m :]
    scalars = [integer(rest[32 * i : 32 * i + 32], "canonical" not in without) for i in range(n)]
    points = [curve.decode(P) for P in T]
    _no_identity([curve.encode(P) for P in points], without, curve)
    c = challenge(node, b"".join(T), session, flavor, without)
    out = []
    for instance, share, response in _checked(leaves(node, c, scalars, curve), without):
        for expected in instance.commitment(response, share):
            out.append(curve.add(points.pop(0), curve.mul(R - 1, expected)))
    return out


def _checked(parts, without):
    for instance, _, _ in parts:
        if "validation" not in without and instance.violations():
            raise RefusedError("instance")
    return parts


def _no_identity(T, without, curve):
    if "identity" not in without and curve.encode(curve.identity()) in T:
        raise RefusedError("identity")


def accepts_batch(items, weights):
    """Batch verification of (statement, proof, session); `weights` makes a list of integers from the items."""
    try:
        gaps = [residuals(tree(statement), proof, session) for statement, proof, session in items]
    except RefusedError:
        return False
    total = Instance([], []).sum((w, P) for w, P in zip(weights(items), [P for gap in gaps for P in gap], strict=True))
    return total == G1.identity()


def batch_weights(items, leave_out_responses=False):
    """The draft's batching randomness."""
    absorbed, k = b"", 0
    for statement, proof, session in items:
        node = tree(statement)
        suite = PLAIN if node[0] == "=" else COMPOSED
        absorbed += derive_session_id(session + b"-" + BATCHABLE + b"-with-" + suite) + encode(node)
        m = n_points(node, Ours)
        absorbed += proof[: 48 * m] if leave_out_responses else proof
        k += m
    data = xof(derive_session_id(b"irtf-cfrg-sigma-protocols/batch-verify"), absorbed, 16 * k)
    return [int.from_bytes(data[16 * i : 16 * i + 16], "little") for i in range(k)]
