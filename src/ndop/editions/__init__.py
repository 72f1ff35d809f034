"""Editions of the API: their facts, read from profiles/editions."""

from ndop.editions.model import Coding, Edition
from ndop.editions.source import EditionFolder

__all__ = ["Coding", "Edition", "EditionFolder"]
