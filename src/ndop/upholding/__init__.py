"""Applying opt-outs to data before it is shared for purposes beyond care (NDOP-185 to NDOP-193)."""
