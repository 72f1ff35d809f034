"""Parity over mutated Consents: the same verdict from the published and the generated profiles but
for errata and decisions, and from server and validator.
"""
