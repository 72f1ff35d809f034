"""`python -m ndop` is the `ndop` command."""

from ndop.cli.app import main

main()
