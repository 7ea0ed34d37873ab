"""The verifier on the chain against the vectors of transparency-dev/merkle, verdict for verdict as `zkhealth.merkle`.

Where the contract asks a question of its own, the test says which: an old size of 0 is its own empty state, whose
rule is that the first root needs no proof, and a tree of equal size is nothing to publish.
"""

import json
from base64 import b64decode

import pytest
from ledger.chain.bare_contract import cannot_be_written, failure
from shared_files import SHARED

from zkhealth.errors import VerificationError
from zkhealth.merkle import verify_consistency
from zkhealth.merkle.proof import _verify_leaf_hash

VECTORS = SHARED / "vectors" / "merkle-rfc6962"
pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no vectors at {VECTORS}")


def load(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    decoded = {name: b64decode(case[name]) for name in ("root", "root1", "root2", "leafHash") if name in case}
    return case | decoded | {"proof": tuple(b64decode(h) for h in case["proof"] or ())}


def paths(kind):
    return sorted((VECTORS / kind).rglob("*.json"))


def each(kind):
    return pytest.mark.parametrize("path", paths(kind), ids=lambda path: str(path.relative_to(VECTORS)))


def accepts(contract, name, *arguments):
    """Whether a call goes through; an argument that is no hash cannot even be written as a call."""
    try:
        contract.call(name, *arguments)
    except failure():
        return False
    except cannot_be_written():
        assert not all_are_hashes(arguments)
        return False
    return True


def all_are_hashes(arguments):
    hashes = [a for a in arguments if isinstance(a, bytes)] + [h for a in arguments if isinstance(a, tuple) for h in a]
    return all(len(h) == 32 for h in hashes)


def library_accepts(verify, *arguments):
    try:
        verify(*arguments)
    except (VerificationError, ValueError):
        return False
    return True


@each("inclusion")
def test_inclusion_is_judged_as_by_the_library(contract, path):
    case = load(path)
    arguments = (case["leafHash"], case["leafIdx"], case["treeSize"], case["proof"])
    library = library_accepts(
        _verify_leaf_hash, case["root"], case["treeSize"], case["leafIdx"], case["leafHash"], case["proof"]
    )
    if case["treeSize"] and len(case["root"]) == 32:  # Else nothing of that size can have been published.
        assert contract.send("publish", case["treeSize"], case["root"], ())["status"] == 1
    assert accepts(contract, "included", *arguments) is library is not case["wantErr"]


@each("consistency")
def test_consistency_is_judged_as_by_the_library(contract, path):
    case = load(path)
    old, new, root1, root2, proof = (case[name] for name in ("size1", "size2", "root1", "root2", "proof"))
    library = library_accepts(verify_consistency, root1, old, root2, new, proof)
    assert library is not case["wantErr"]
    if len(root1) != 32:
        assert not library
        return
    if old:
        assert contract.send("publish", old, root1, ())["status"] == 1
    expected = library if old else new > 0 and proof == () and len(root2) == 32
    assert accepts(contract, "publish", new, root2, proof) is (expected and new > old)


def test_no_vector_was_missed():
    inclusion, consistency = [[load(path) for path in paths(kind)] for kind in ("inclusion", "consistency")]
    assert len(inclusion) >= 52
    assert len(consistency) >= 53
    assert sum(not case["wantErr"] for case in inclusion) >= 3
    assert sum(not case["wantErr"] and case["size1"] < case["size2"] for case in consistency) >= 3
