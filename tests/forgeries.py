"""The damage that every encoded proof must survive: the zoo."""


def damaged(proof, stride=1):
    """Copies of `proof` with one thing wrong each, as (what, bytes)."""
    for i in range(0, len(proof), stride):
        yield f"bit flipped in byte {i}", proof[:i] + bytes([proof[i] ^ 1 << i % 8]) + proof[i + 1 :]
        yield f"byte inserted before {i}", proof[:i] + b"\0" + proof[i:]
        yield f"byte {i} missing", proof[:i] + proof[i + 1 :]
    yield "truncated to nothing", b""
    yield "truncated by one", proof[:-1]
    yield "one byte more", proof + b"\0"
    yield "twice", proof + proof
    yield "zeros", bytes(len(proof))
    yield "ones", b"\xff" * len(proof)
