"""Validating resources against an edition: the same verdict as a server's, without a server."""

from ndop.validation.findings import Finding, Result
from ndop.validation.validator import Validator

__all__ = ["Finding", "Result", "Validator"]
