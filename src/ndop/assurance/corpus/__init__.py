"""Mutated Consents: the samples of an edition, each wrong in one place or two."""

#: Size and seed of a whole corpus.
COUNT, SEED = 2000, 0
