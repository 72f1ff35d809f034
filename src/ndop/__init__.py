"""The NHS National Data Opt-out FHIR API (STU3) as executable specification.

What other programs may import stands here (docs/python.md): the editions and their facts, Consents
built from them, and the validator.
"""

from ndop.consents import Draft, consent, draft
from ndop.editions import Coding, Edition
from ndop.editions.installed import edition_ids, load_edition
from ndop.system.errors import NdopError
from ndop.validation import Finding, Result, Validator

__all__ = [
    "Coding",
    "Draft",
    "Edition",
    "Finding",
    "NdopError",
    "Result",
    "Validator",
    "consent",
    "draft",
    "edition_ids",
    "load_edition",
]
