"""What the library says of an EU certificate, when it asks the keys of the makers."""

from health.documents.makers import AT, signer_trust

from zkhealth.health.documents import read, verify


def report_on(text, trust=None, at=AT):
    return verify(read(text), trust=trust or signer_trust(), at=at)
