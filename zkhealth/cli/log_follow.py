"""`zkhealth log follow`: a reader of somebody's exported log, who remembers what it was shown."""

from __future__ import annotations

from pathlib import Path

import click

from zkhealth.cli.opened_log import answering, progress, show
from zkhealth.ledger import Follower, Trust, Verifier
from zkhealth.ledger.cosignature import CosignatureVerifier
from zkhealth.ledger.fetching import Fetch, from_directory, from_url


@click.command()
@click.argument("source")
@click.option("--key", "keys", multiple=True, required=True, help="A public key of the log, as `log key` prints it.")
@click.option("--witness", "witnesses", multiple=True, help="The public key of a witness; repeatable.")
@click.option("--quorum", type=click.IntRange(0), help="So many of the witnesses must have cosigned; by default all.")
@click.option("--state", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to remember.")
@click.option("--every-tile", is_flag=True, help="Read and check the whole log, and not only its edge.")
def follow(
    source: str, keys: tuple[str, ...], witnesses: tuple[str, ...], quorum: int | None, state: Path, every_tile: bool
) -> None:
    """Check that the log in SOURCE is signed, and only grew since the last time.

    SOURCE is a folder that `log export` has written, or its http(s) URL.  What the log did wrong has
    a name: a rollback, two roots for one size, a fork.
    """
    with answering():
        verifiers = [Verifier.decode(key) for key in keys]
        cosigners = [CosignatureVerifier.decode(key) for key in witnesses]
        if len(origins := {verifier.name for verifier in verifiers}) != 1:
            raise ValueError("expected keys of one log")
        wanted = len(cosigners) if quorum is None else quorum
        follower = Follower(state, Trust(origins.pop(), verifiers, cosigners, wanted))
        before = follower.last()
        log = follower.update(_fetch(source))
        if every_tile:
            with progress(len(log)) as done:
                log.verify(done)
        old = 0 if before is None else before.checkpoint.size
        show({"origin": log.origin, "size": len(log), "root": log.root().hex(), "size_before": old})


def _fetch(source: str) -> Fetch:
    if source.startswith(("http://", "https://")):
        return from_url(source)
    if not Path(source).is_dir():
        raise ValueError("expected a folder or a URL")
    return from_directory(source)
