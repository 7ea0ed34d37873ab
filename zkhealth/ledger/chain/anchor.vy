# pragma version 0.4.3
# pragma evm-version london
# pragma optimize gas
"""
@title Anchor: the witness of one transparency log on an EVM chain
@license Apache-2.0
@notice
    Stores roots of one RFC 9162 log and accepts a new one only with a consistency proof: the new tree begins with
    the old one.  Anybody can check an entry against a stored root.  Beside it stands a registry of issuer keys.
@dev
    Promises append-only, nothing about who signed a checkpoint: Ed25519 is not checked here, so only publishers may
    publish.  No initialiser, no upgrade, no call to other contracts but the SHA-256 precompile, holds no value.
"""

flag Role:
    PUBLISHER  # 1: may publish roots
    REGISTRAR  # 2: may rotate and revoke issuer keys

struct Head:
    size: uint256
    root: bytes32

struct KeyTimes:
    since: uint256  # when it was registered, in seconds; 0: never
    retired: uint256  # when another took its place; 0: not yet
    revoked: uint256  # since when it is not to be trusted; 0: never

event Published:
    size: indexed(uint256)
    root: bytes32

event KeyRotated:
    issuer: indexed(bytes32)
    key: indexed(bytes32)
    previous: bytes32

event KeyRevoked:
    issuer: indexed(bytes32)
    key: indexed(bytes32)

event RolesSet:
    account: indexed(address)
    roles: Role

event OwnershipOffered:
    owner: indexed(address)
    next_owner: indexed(address)

event OwnershipTaken:
    owner: indexed(address)

MAX_SIZE: constant(uint256) = 2**63 - 1  # So that no proof has more than 64 hashes.
MAX_ENTRY: constant(uint256) = 4096

origin: public(immutable(String[128]))  # The log's name, as on the first line of its checkpoints.
owner: public(address)
next_owner: public(address)
roles: public(HashMap[address, Role])
size: public(uint256)  # Of the tree published last; 0: none yet.
roots: public(HashMap[uint256, bytes32])  # By size; 0: no tree of this size was published.
current_key: public(HashMap[bytes32, bytes32])  # By issuer; 0: none.
times: HashMap[bytes32, HashMap[bytes32, uint256]]  # By issuer and key: since | retired << 64 | revoked << 128.


@deploy
def __init__(log_origin: String[128]):
    assert len(log_origin) > 0, "origin is empty"
    origin = log_origin
    self.owner = msg.sender
    self._set_roles(msg.sender, Role.PUBLISHER | Role.REGISTRAR)
    log OwnershipTaken(owner=msg.sender)


# Roots


@external
def publish(size: uint256, root: bytes32, proof: DynArray[bytes32, 64]):
    """
    @notice Store the root of a tree that extends the last one.
    @param proof RFC 9162 consistency proof from the last size; empty for the first tree.
    """
    assert Role.PUBLISHER in self.roles[msg.sender], "not a publisher"
    old_size: uint256 = self.size
    assert size > old_size, "size does not grow"
    assert size <= MAX_SIZE, "size is too large"
    assert root != empty(bytes32), "root is zero"
    if old_size == 0:
        assert len(proof) == 0, "proof has too many hashes"
    else:
        self._check_growth(self.roots[old_size], old_size, root, size, proof)
    self.size = size
    self.roots[size] = root
    log Published(size=size, root=root)


@external
@view
def head() -> Head:
    """
    @notice The tree published last; size 0 and root 0 before the first.
    """
    return Head(size=self.size, root=self.roots[self.size])


@external
@view
def included(leaf_hash: bytes32, index: uint256, size: uint256, proof: DynArray[bytes32, 64]) -> bool:
    """
    @notice Check that `leaf_hash` is number `index`, from 0, of the published tree of `size` leaves.
    @param leaf_hash SHA-256(0x00 || entry)
    @return True; a revert with the reason otherwise, never False.
    """
    self._check_inclusion(leaf_hash, index, size, proof)
    return True


@external
@view
def included_entry(entry: Bytes[MAX_ENTRY], index: uint256, size: uint256, proof: DynArray[bytes32, 64]) -> bool:
    """
    @notice The same for an entry that is given itself.
    @return True; a revert with the reason otherwise, never False.
    """
    self._check_inclusion(sha256(concat(0x00, entry)), index, size, proof)
    return True


# Issuer keys


@external
def rotate_key(issuer: bytes32, key: bytes32):
    """
    @notice Make `key` the current key of `issuer`; the one before is retired: it signs nothing new and stays trusted.
    @dev A key is registered once.  What was retired or revoked does not come back.
    @param key SHA-256 of the public key's encoding
    """
    assert Role.REGISTRAR in self.roles[msg.sender], "not a registrar"
    assert key != empty(bytes32), "key is zero"
    assert self.times[issuer][key] == 0, "key was registered before"
    previous: bytes32 = self.current_key[issuer]
    if previous != empty(bytes32):
        self.times[issuer][previous] |= block.timestamp << 64
    self.times[issuer][key] = block.timestamp
    self.current_key[issuer] = key
    log KeyRotated(issuer=issuer, key=key, previous=previous)


@external
def revoke_key(issuer: bytes32, key: bytes32):
    """
    @notice Say that `key`, current or retired, is not to be trusted.  There is no way back.
    """
    assert Role.REGISTRAR in self.roles[msg.sender], "not a registrar"
    times: uint256 = self.times[issuer][key]
    assert times != 0, "key is not registered"
    assert times >> 128 == 0, "key is revoked already"
    self.times[issuer][key] = times | (block.timestamp << 128)
    if self.current_key[issuer] == key:
        self.current_key[issuer] = empty(bytes32)
    log KeyRevoked(issuer=issuer, key=key)


@external
@view
def key_times(issuer: bytes32, key: bytes32) -> KeyTimes:
    """
    @notice When the key was registered, retired and revoked, in seconds of block time; 0: it was not.
    """
    times: uint256 = self.times[issuer][key]
    mask: uint256 = 2**64 - 1
    return KeyTimes(since=times & mask, retired=(times >> 64) & mask, revoked=times >> 128)


# Owner and roles


@external
def set_roles(account: address, roles: Role):
    """
    @notice Give an account exactly these roles: 0 none, 1 publisher, 2 registrar, 3 both.
    """
    assert msg.sender == self.owner, "not the owner"
    self._set_roles(account, roles)


@external
def offer_ownership(next_owner: address):
    """
    @notice Name who may take the contract over; the zero address takes the offer back.
    """
    assert msg.sender == self.owner, "not the owner"
    self.next_owner = next_owner
    log OwnershipOffered(owner=msg.sender, next_owner=next_owner)


@external
def take_ownership():
    """
    @notice Become the owner.  Roles stay as they are.
    """
    assert msg.sender == self.next_owner, "not the next owner"
    self.owner = msg.sender
    self.next_owner = empty(address)
    log OwnershipTaken(owner=msg.sender)


@internal
def _set_roles(account: address, roles: Role):
    self.roles[account] = roles
    log RolesSet(account=account, roles=roles)


# RFC 9162, sections 2.1.3.2 and 2.1.4.2


@internal
@view
def _check_inclusion(leaf_hash: bytes32, index: uint256, size: uint256, proof: DynArray[bytes32, 64]):
    root: bytes32 = self.roots[size]
    assert root != empty(bytes32), "no root of this size"
    assert index < size, "index is outside the tree"
    rebuilt: bytes32 = self._climb(index, size - 1, leaf_hash, leaf_hash, proof, 0, False)[1]
    assert rebuilt == root, "proof does not lead to the root"


@internal
@pure
def _check_growth(
    old_root: bytes32, old_size: uint256, root: bytes32, size: uint256, proof: DynArray[bytes32, 64]
):
    """
    @dev For 0 < old_size < size.
    """
    start: bytes32 = old_root  # A complete old tree is itself the subtree to start from.
    first: uint256 = 0
    if old_size & (old_size - 1) != 0:
        assert len(proof) != 0, "proof has too few hashes"
        start = proof[0]
        first = 1
    fn: uint256 = old_size - 1
    sn: uint256 = size - 1
    for _: uint256 in range(63):
        if fn & 1 == 0:
            break
        fn >>= 1
        sn >>= 1
    fr: bytes32 = empty(bytes32)
    sr: bytes32 = empty(bytes32)
    fr, sr = self._climb(fn, sn, start, start, proof, first, True)
    assert fr == old_root, "proof does not lead to the old root"
    assert sr == root, "proof does not lead to the new root"


@internal
@pure
def _climb(
    node: uint256,
    last: uint256,
    old: bytes32,
    new: bytes32,
    proof: DynArray[bytes32, 64],
    first: uint256,
    is_growth: bool,
) -> (bytes32, bytes32):
    """
    @dev From node number `node` of a level that ends with number `last` to the root, over the hashes from `first` on.
         The second result is the root over `new`; the first, where `is_growth`, that of the tree which ends below `old`.
    """
    fn: uint256 = node
    sn: uint256 = last
    fr: bytes32 = old
    sr: bytes32 = new
    for i: uint256 in range(first, len(proof), bound=64):
        assert sn != 0, "proof has too many hashes"
        c: bytes32 = proof[i]
        if fn & 1 == 1 or fn == sn:
            if is_growth:
                fr = sha256(concat(0x01, c, fr))
            sr = sha256(concat(0x01, c, sr))
            for _: uint256 in range(63):  # The last node has no right neighbour here: it moves up alone.
                if fn & 1 == 1:
                    break
                fn >>= 1
                sn >>= 1
        else:
            sr = sha256(concat(0x01, sr, c))
        fn >>= 1
        sn >>= 1
    assert sn == 0, "proof has too few hashes"
    return fr, sr
