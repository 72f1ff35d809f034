"""A pytest plugin that tells which tests the suite has, and of which editions, without running one.

One JSON object a test on the file descriptor of `--collect-to`, in the form of CollectedTest.
"""

from __future__ import annotations

import json
import os

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.suite.plugin.selection import applies_to
from ndop.editions import EditionFolder
from ndop.system.layout import checkout


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that names the file descriptor."""
    parser.addoption("--collect-to", type=int, help="file descriptor that tests are written to")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell each test."""
    descriptor = session.config.getoption("--collect-to")
    if descriptor is None:
        return
    layout = checkout()
    # The register beside the tests, which need not be the checkout's.
    register = requirements.read(session.config.rootpath / layout.requirements.name)
    editions = EditionFolder.of(layout).load_all()
    known = {row.id for row in register.rows}
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as stream:
        for item in session.items:
            named = [one for marker in item.iter_markers("requirement") for one in marker.args]
            asked = [
                one.id
                for one in editions
                if known >= set(named) and applies_to(item, one, register)
            ]
            told = {"id": item.nodeid, "requirements": named, "editions": asked}
            stream.write(json.dumps(told) + "\n")
