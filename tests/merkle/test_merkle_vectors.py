"""Vectors of transparency-dev/merkle @ 417fb0c3 (Apache-2.0), see vectors/README.md beside them.

Go's `nil` proof (`null` in the files) is an empty proof here; None itself is a TypeError.
Consistency from size 0 is an error in Go.  Ours accepts it from the true empty root; the vectors have it only with
roots that we refuse too, so no file needs an exception.
"""

import json
from base64 import b64decode

import pytest
from shared_files import SHARED

from zkhealth.errors import VerificationError
from zkhealth.merkle import EMPTY_ROOT, MerkleTree, leaf_hash, verify_consistency, verify_inclusion
from zkhealth.merkle.hashing import node_hash
from zkhealth.merkle.proof import _verify_leaf_hash

VECTORS = SHARED / "vectors" / "merkle-rfc6962"

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no vectors at {VECTORS}")


def paths(kind):
    return sorted((VECTORS / kind).rglob("*.json"))


def each(kind):
    return pytest.mark.parametrize("path", paths(kind), ids=lambda path: str(path.relative_to(VECTORS)))


def constants():
    return json.loads((VECTORS / "constants.json").read_text())


def constants_tree():
    tree = MerkleTree()
    tree.extend(bytes.fromhex(leaf) for leaf in constants()["leaves"])
    return tree


def load(path):
    case = json.loads(path.read_text())
    return case, tuple(b64decode(h) for h in case["proof"] or ())


def refusal(*roots):
    """Roots that are not hashes are the caller's fault; every other refusal blames the claim."""
    return VerificationError if all(len(root) == 32 for root in roots) else ValueError


def test_no_vector_was_missed():
    inclusion = [load(path)[0] for path in paths("inclusion")]
    consistency = [load(path)[0] for path in paths("consistency")]
    assert len(inclusion) >= 52
    assert len(consistency) >= 53
    assert sum(case["proof"] is None for case in inclusion) >= 8
    assert sum(not case["wantErr"] for case in inclusion) >= 3
    assert sum(not case["wantErr"] for case in consistency) >= 4


@each("inclusion")
def test_inclusion(path):
    case, proof = load(path)
    root, hashed = b64decode(case["root"]), b64decode(case["leafHash"])
    if case["wantErr"]:
        with pytest.raises(refusal(root)):
            _verify_leaf_hash(root, case["treeSize"], case["leafIdx"], hashed, proof)
    else:
        _verify_leaf_hash(root, case["treeSize"], case["leafIdx"], hashed, proof)


@each("inclusion")
def test_inclusion_of_a_leaf(path):
    """The same through the public function, where we know the leaf; an unknown leaf must not verify."""
    case, proof = load(path)
    root, hashed = b64decode(case["root"]), b64decode(case["leafHash"])
    known = {leaf_hash(leaf): leaf for leaf in (b"", *map(bytes.fromhex, constants()["leaves"]))}
    leaf = known.get(hashed, hashed)
    if case["wantErr"] or hashed not in known:
        with pytest.raises(refusal(root)):
            verify_inclusion(root, case["treeSize"], case["leafIdx"], leaf, proof)
    else:
        verify_inclusion(root, case["treeSize"], case["leafIdx"], leaf, proof)


@each("consistency")
def test_consistency(path):
    case, proof = load(path)
    roots = b64decode(case["root1"]), b64decode(case["root2"])
    claim = roots[0], case["size1"], roots[1], case["size2"], proof
    if case["wantErr"]:
        with pytest.raises(refusal(*roots)):
            verify_consistency(*claim)
    else:
        verify_consistency(*claim)


@each("inclusion")
def test_our_tree_makes_the_same_inclusion_proofs(path):
    case, proof = load(path)
    tree = constants_tree()
    if not case["wantErr"] and b64decode(case["root"]) == tree.root(case["treeSize"]):
        assert tree.inclusion_proof(case["leafIdx"], case["treeSize"]) == proof


@each("consistency")
def test_our_tree_makes_the_same_consistency_proofs(path):
    case, proof = load(path)
    if not case["wantErr"]:
        assert constants_tree().consistency_proof(case["size1"], case["size2"]) == proof


def test_roots_and_node_levels():
    tree = constants_tree()
    assert [tree.root(n).hex() for n in range(9)] == constants()["roots_by_size"]
    assert [
        [level[i : i + 32].hex() for i in range(0, len(level), 32)] for level in tree._levels
    ] == constants()["levels"]  # fmt: skip


def test_hashers():
    cases = constants()["hasher"]
    assert len(cases) >= 4
    for case in cases:
        if "leaf" in case:
            got = leaf_hash(bytes.fromhex(case["leaf"]))
        elif "left" in case:
            got = node_hash(bytes.fromhex(case["left"]), bytes.fromhex(case["right"]))
        else:
            got = EMPTY_ROOT
        assert got.hex() == case["want"], case["desc"]


def test_a_null_proof_is_no_proof_here():
    with pytest.raises(TypeError):
        verify_inclusion(leaf_hash(b""), 1, 0, b"", None)
