"""Payloads that have made servers fail: characters, names and spellings."""
