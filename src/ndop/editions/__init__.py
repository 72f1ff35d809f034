"""Editions of the API: their facts, read from profiles/editions."""

from ndop.editions.model import Coding, Edition
from ndop.editions.source import DEFAULT_EDITION, EditionFolder

__all__ = ["DEFAULT_EDITION", "Coding", "Edition", "EditionFolder"]
