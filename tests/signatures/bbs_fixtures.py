"""The drafts' fixtures, and the seeded scalars that stand in for randomness in them."""

import json

from shared_files import shared

from zkhealth.field import Fr
from zkhealth.signatures import SHA_256, SHAKE_256

SUITES = {"bls12-381-sha-256": SHA_256, "bls12-381-shake-256": SHAKE_256}
SEED = b"3.141592653589793238462643383279"


def load(*parts):
    return json.loads(shared("vectors", "bbs", *parts).read_text(encoding="utf-8"))


def cases(at_least, *parts):
    """Every record of a folder, by file name; fewer than expected is a failure, not a success."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in shared("vectors", "bbs", *parts).glob("*.json")}
    assert len(found) >= at_least
    return dict(sorted(found.items()))


def octets(text):
    return bytes.fromhex(text or "")


def messages(texts):
    return [octets(text) for text in texts or []]


def mocked_scalars(suite, dst, count):
    """seeded_random_scalars of the draft."""
    return Fr.reduce(suite.expand(SEED, dst, 48 * count), count)


def mocked_nonces(suite, dst):
    """A class like `Nonces`, whose scalars are the fixtures' own."""

    class Mocked:
        def __init__(self, label, statement, witness):
            pass

        def vector(self, n):
            return mocked_scalars(suite, dst, n)

    return Mocked
