"""Editions of the API: their facts, read from profiles/editions."""

from ndop.editions.folder import DEFAULT_EDITION, EditionFolder
from ndop.editions.model import Coding, Edition

__all__ = ["DEFAULT_EDITION", "Coding", "Edition", "EditionFolder"]
