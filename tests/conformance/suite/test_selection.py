"""Which area a module of tests belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.suite.plugin.selection import area_of
from ndop.system.layout import Layout


@pytest.mark.parametrize(
    ("file", "area"),
    [
        ("conformance-tests/test_read.py", "read"),
        ("conformance-tests/test_value_sets.py", "value-sets"),
        ("conformance-tests/test_profile/test_patient.py", "profile"),
        ("conformance-tests/test_security_audit/test_token.py", "security-audit"),
        ("own-tests/test_our_portal.py", "our-portal"),
    ],
)
def test_the_area_is_that_of_the_folder_or_the_file(file: str, area: str) -> None:
    assert area_of(Path(file)) == area


def test_every_module_of_the_suite_is_of_an_area_of_the_register(layout: Layout) -> None:
    register = requirements.read(layout.requirements)
    files = list(layout.conformance_tests.rglob("test_*.py"))
    assert len(files) > 30
    assert {area_of(file) for file in files} <= {row.area for row in register.rows}
