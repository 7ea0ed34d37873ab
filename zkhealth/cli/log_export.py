"""`zkhealth log key` and `zkhealth log export`: the log as files that any web server can serve, under a signature."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from zkhealth.cli.opened_log import opened, progress, show, the_log
from zkhealth.encoding.files import write_private
from zkhealth.ledger.checkpoint import Checkpoint
from zkhealth.ledger.export import export as export_log
from zkhealth.ledger.note import Signer

_MAX_KEY = 4096


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--origin", required=True, help="The log's name, which its signatures carry.")
def key(file: Path, origin: str) -> None:
    """Make the key that signs checkpoints, in a FILE that only you can read.

    Prints the public key, which readers need.  A FILE that is there stays as it is.
    """
    if file.exists():
        raise click.UsageError("the file is there already, and may hold a key")
    try:
        signer = Signer.generate(origin)
        write_private(file, f"{signer.encode_private()}\n".encode())
    except (ValueError, OSError) as e:
        raise click.UsageError(str(e)) from None
    show({"origin": origin, "public_key": signer.verifier.encode()})


@click.command()
@the_log
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--key", "key_file", required=True, type=click.File("r"), help="The file that `log key` has made.")
def export(log: str, folder: Path, key_file: TextIO) -> None:
    """Write a log into FOLDER, or bring it up to date: tiles, entries, a signed checkpoint.

    The form is C2SP tlog-tiles.  If the checkpoint that is in FOLDER is not one of this
    log's past, nothing is written over it, and none is signed that others could see.
    """
    with opened(log) as it:
        signer = Signer.decode_private(key_file.read(_MAX_KEY).strip())
        if signer.name != it.origin:
            raise ValueError(f"the key is for {signer.name}, not for {it.origin}")
        size = len(it)
        checkpoint = Checkpoint(it.origin, size, it.root(size))
        with progress(size) as done:
            export_log(it, folder, checkpoint.sign(signer), done)
        show({"origin": it.origin, "size": size, "root": checkpoint.root.hex(), "public_key": signer.verifier.encode()})
