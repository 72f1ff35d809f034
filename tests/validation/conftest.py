"""One validator for all tests of a module: starting it takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ndop.editions import Edition
from ndop.layout import Layout
from ndop.validation import Validator


@pytest.fixture(scope="package")
def validator(built: Layout, edition: Edition) -> Iterator[Validator]:
    with Validator(edition) as running:
        yield running
