"""Parity with what was published: the same verdict on the same Consents, but for errata and
decisions.
"""
