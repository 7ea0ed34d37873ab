"""The BBS part of a presentation is a BBS proof of the draft: an independent verifier accepts it."""

import pytest
from credentials.hospital import answered, asked, people, travel
from signatures.py_ecc_bbs import RefusedError, core_proof_verify, create_generators

from zkhealth.credentials.issuing.interface import API_ID
from zkhealth.credentials.presentations import presentation as protocol


@pytest.mark.usefixtures("native")
def test_the_draft_s_verifier_accepts_the_bbs_part_under_its_header_alone(monkeypatch):
    headers, real = [], protocol.header
    monkeypatch.setattr(protocol, "header", lambda *args: headers.append(real(*args)) or headers[-1])
    challenge = asked(travel())
    mine = answered(challenge)
    disclosed = {i: int(x) for i, x in protocol.check(challenge, mine).read.disclosed[0].items()}
    issuer = people().hospital.public
    n = 1 + len(issuer.spec.slots)  # the handle and the slots, then prover blind, link secret, token share
    generators = create_generators(n + 1, API_ID) + create_generators(3, b"BLIND_" + API_ID)

    def check(header, ph):
        core_proof_verify(issuer.keys[0], mine.shown[0].proof, header, ph, disclosed, n + 3, API_ID, generators)

    check(issuer.spec.digest, headers[-1])
    for header, ph in ((issuer.spec.digest, bytes(32)), (bytes(32), headers[-1])):
        with pytest.raises(RefusedError):
            check(header, ph)
