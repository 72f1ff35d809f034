"""Fuzzing: random requests to a server, and what must hold whatever they are."""
