"""The prover of a BBS proof, which answers one challenge, once.

CoreProofGen of draft-irtf-cfrg-bbs-signatures, opened in the middle: the nonces m~
of hidden messages may serve in further relations under the same challenge, whose
first messages then go into `ph`.  Not constant-time in Python; the arithmetic is,
on the native backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from zkhealth.curve import G1
from zkhealth.field import Fr, as_bytes, concat
from zkhealth.signatures.core import Setting, Signature, check_vector
from zkhealth.signatures.proof import Proof, hidden_indexes, proof_challenge, scattered
from zkhealth.transcript import Nonces, joined


@dataclass(frozen=True, eq=False, repr=False)
class Blinding:
    """The random scalars of one proof; `m_tilde` has one for each hidden message, in order.

    Used for two proofs, they give away every message.
    """

    r1: Fr
    r2: Fr
    e_tilde: Fr
    r1_tilde: Fr
    r3_tilde: Fr
    m_tilde: Fr

    @classmethod
    def of(cls, scalars: Fr) -> Blinding:
        """From one vector, in the draft's order."""
        r1, r2, e_tilde, r1_tilde, r3_tilde = scalars[:5]
        return cls(r1, r2, e_tilde, r1_tilde, r3_tilde, scalars[5:])

    @classmethod
    def draw(
        cls,
        setting: Setting,
        signature: Signature,
        messages: Fr,
        disclosed: Iterable[int],
        label: bytes,
        statement: bytes,
    ) -> Blinding:
        """Fresh and hedged: even a broken random generator does not repeat them for another proof.

        `label` names the place of this proof among several made together, `statement`
        what they are about.
        """
        hidden = hidden_indexes(setting.n, disclosed)
        about = joined(
            setting.api_id,
            setting.domain.encode(),
            signature.A.encode(),
            b"".join(i.to_bytes(8, "big") for i in hidden),
            statement,
        )
        nonces = Nonces(joined(b"zkhealth/bbs/v1", label), about, concat(messages, signature.e))
        return cls.of(nonces.vector(5 + len(hidden)))


class Prover:
    """A proof that is begun: `Abar`, `Bbar`, `D`, `T1` and `T2` may go into `ph`, and `finish` answers.

    It does not check the signature.

    Raises:
        ValueError: the messages, indexes or nonces are not as many as they should be.
    """

    __slots__ = ("Abar", "Bbar", "D", "T1", "T2", "_disclosed", "_ph", "_secrets", "_setting", "hidden")

    def __init__(
        self, setting: Setting, signature: Signature, messages: Fr, disclosed: Sequence[int], blinding: Blinding
    ) -> None:
        check_vector(messages, setting.n)
        self.hidden = hidden_indexes(setting.n, disclosed)
        check_vector(blinding.m_tilde, len(self.hidden))
        r1, r2, H = blinding.r1, blinding.r2, setting.generators

        self.D = r2 * setting.B(messages)
        self.Abar = (r1 * r2) * signature.A
        self.Bbar = concat(r1, -signature.e) @ G1.stack(self.D, self.Abar)
        self.T1 = concat(blinding.e_tilde, blinding.r1_tilde) @ G1.stack(self.Abar, self.D)
        m_tilde = scattered(blinding.m_tilde, self.hidden, setting.n)
        self.T2 = blinding.r3_tilde * self.D + H.sum(concat(Fr([0, 0]), m_tilde))

        self._setting = setting
        self._disclosed = {i: messages[i] for i in disclosed}
        self._ph: bytes | None = None
        self._secrets: tuple[Fr, Fr, Blinding] | None = (signature.e, messages[self.hidden], blinding)

    def challenge(self, ph: bytes) -> Fr:
        """The challenge c.

        Raises:
            ValueError: another `ph` was asked for before; answers to two challenges give away every message.
        """
        if self._ph is not None and self._ph != ph:
            raise ValueError("this proof is already bound to another presentation header")
        self._ph = as_bytes(ph)
        return proof_challenge(self._setting, self._disclosed, (self.Abar, self.Bbar, self.D, self.T1, self.T2), ph)

    def finish(self, ph: bytes) -> Proof:
        """The proof, once.

        Raises:
            ValueError: it was finished before, or `challenge` was asked for another `ph`.
        """
        if self._secrets is None:
            raise ValueError("this proof was finished before")
        c = self.challenge(ph)
        e, m, blinding = self._secrets
        self._secrets = None
        return Proof(
            self.Abar,
            self.Bbar,
            self.D,
            e_hat=blinding.e_tilde + c * e,
            r1_hat=blinding.r1_tilde - c * blinding.r1,
            r3_hat=blinding.r3_tilde - c * blinding.r2.inverse(),
            m_hat=blinding.m_tilde + c * m,
            challenge=c,
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a proof that is begun cannot be copied")

    def __repr__(self) -> str:
        return f"<Prover with {len(self.hidden)} hidden messages>"
