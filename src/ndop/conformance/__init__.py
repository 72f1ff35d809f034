"""The conformance suite: its pytest plugin, its client and its reports."""
