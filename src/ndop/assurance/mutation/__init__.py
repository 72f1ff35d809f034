"""Mutation testing of the conformance suite: faults seeded by a proxy before a correct server."""
