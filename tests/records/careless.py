"""The protocol of `presentation.py` read aloud, with checks and bindings that can be left out.

With nothing left out it makes and takes the same presentations as the library, which a test
asserts; without one, it is the careless verifier on which a forgery works.  Its prover proves
what it is told to, of a record that need not be in any tree.
"""

from __future__ import annotations

from zkhealth.curve import G1
from zkhealth.merkle import verify_inclusion
from zkhealth.rangeproof import Committed, Statement, prove, verify
from zkhealth.records import ATTRIBUTES, Presentation
from zkhealth.transcript import joined

TAG = b"zkhealth/records/presentation/v1"


class Protocol:
    """Prover and verifier that leave out some of: inclusion, policy, root, nonce, size, index, leaf."""

    def __init__(self, *left_out):
        self.left_out = left_out

    def present(self, policy, root, size, nonce, held, place):
        index, path = place
        statement, hidden = statement_about(policy, held.commitments)
        scalars = held.record.scalars()
        openings = {x: (scalars[i], held.blindings[i]) for i, x in enumerate(hidden) if x in statement.hidden}
        proof = prove(statement, openings, self.context(policy, root, size, nonce, index, held.leaf))
        return Presentation(index, held.leaf, path, proof).encode()

    def check(self, policy, root, size, nonce, presentation):
        shown = Presentation.decode(presentation)
        if "inclusion" not in self.left_out:
            verify_inclusion(root, size, shown.index, shown.leaf, shown.path)
        statement, _ = statement_about(policy, G1.decode(shown.leaf, len(ATTRIBUTES)))
        verify(statement, shown.proof, self.context(policy, root, size, nonce, shown.index, shown.leaf))

    def context(self, policy, root, size, nonce, index, leaf):
        bound = {
            "policy": policy.digest(),
            "root": root,
            "nonce": nonce,
            "size": size.to_bytes(8, "big"),
            "index": index.to_bytes(8, "big"),
            "leaf": leaf,
        }
        return joined(TAG, *(b"" if name in self.left_out else part for name, part in bound.items()))


def statement_about(policy, commitments):
    """The policy as a statement about five commitments, and these."""
    hidden = [Committed(C) for C in commitments]
    return Statement(*policy.facts(dict(zip(ATTRIBUTES, hidden, strict=True)))), hidden
