"""The command line: prints and exits; a file for each verb.

Exit codes of every verb: 0 proven or valid; 1 the policy is not met, or a proof or
a document is refused; 2 cannot decide: the input cannot be read, or lacks what is needed.
"""

from importlib import import_module

import click

_VERBS = {
    "audit": "zkhealth.cli.audit",
    "check": "zkhealth.cli.check",
    "consent": "zkhealth.cli.consent",
    "demo": "zkhealth.cli.demo",
    "import": "zkhealth.cli.import_",
    "inspect": "zkhealth.cli.inspect",
    "log": "zkhealth.cli.log",
    "verify": "zkhealth.cli.verify",
}


class _Verbs(click.Group):
    """Imports the file of a verb when the verb is asked for: each needs another part of the library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command: click.Command = import_module(_VERBS[cmd_name]).command
        return command


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zkhealth")
def main() -> None:
    """Prove facts about a health record without showing the record."""
