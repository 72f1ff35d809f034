"""A pytest plugin that lists the tests of the suite and the editions they apply to; it runs none.

It writes one JSON object per test, in the form of CollectedTest, to the file descriptor that
`--collect-to` names.
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
    """Add `--collect-to`."""
    parser.addoption("--collect-to", type=int, help="file descriptor that tests are written to")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write each test."""
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
            line = (item.location[1] or 0) + 1
            test = {"id": item.nodeid, "line": line, "requirements": named, "editions": asked}
            stream.write(json.dumps(test) + "\n")
