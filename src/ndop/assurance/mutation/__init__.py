"""Proof that the suite can fail: small faults, seeded by a filter in front of a sound server."""
