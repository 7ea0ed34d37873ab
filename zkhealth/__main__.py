"""`python -m zkhealth`, the same as the command."""

from zkhealth.cli import main

main()
