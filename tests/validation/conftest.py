"""One validator for all tests of a module: starting it takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from ndop.consents import Draft, draft
from ndop.editions import Edition
from ndop.layout import Layout
from ndop.nhs_numbers import synthetic
from ndop.validation import Validator


@pytest.fixture(scope="package")
def validator(built: Layout, edition: Edition) -> Iterator[Validator]:
    with Validator(edition) as running:
        yield running


@pytest.fixture
def patient() -> str:
    return next(islice(synthetic(), 1))


@pytest.fixture
def consent(edition: Edition, patient: str) -> Draft:
    return draft(edition, patient)
