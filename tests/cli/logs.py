"""A log to run the verbs of `zkhealth log` on."""

from click.testing import CliRunner

from zkhealth.cli import main
from zkhealth.ledger import Log, public

ORIGIN = "log.example/2026"


def run(*arguments):
    return CliRunner().invoke(main, ["log", *map(str, arguments)])


def fill(path, *names):
    """Append issuers of these names to the log in a file, which is made if it is not there."""
    with Log.open(path, ORIGIN) as log:
        log.append([public("issuer", {"name": name}) for name in names])
    return path
