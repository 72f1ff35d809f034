"""The `ndop` command."""
