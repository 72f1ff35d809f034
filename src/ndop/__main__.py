"""`python -m ndop` runs the `ndop` command."""

from ndop.cli.app import main

main()
