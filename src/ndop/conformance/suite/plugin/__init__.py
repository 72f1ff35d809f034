"""The pytest plugin of the suite: options, markers, fixtures and the result of each test.

A test names the rows of the register that it shows, and asks for a client, an edition and a new
patient:

    @pytest.mark.requirement("NDOP-096")
    def test_read(ndop: NdopClient, edition: Edition, patient: str) -> None: ...

It is left out where the edition has none of its rows, or does not meet a condition such as
`@pytest.mark.where(holds=lambda edition: len(edition.purposes) > 1)`. Where a test that shows only
SHOULD and MAY rows fails, that is a warning: in pytest's terms, an expected failure.

Teams can use it for tests of their own (docs/conformance.md):

    pytest -p ndop.conformance.suite.plugin --ndop-preset FILE
"""

from __future__ import annotations

from ndop.conformance.suite.plugin.context import Suite

__all__ = ["Suite"]

pytest_plugins = [
    "ndop.conformance.suite.plugin.options",
    "ndop.conformance.suite.plugin.selection",
    "ndop.conformance.suite.plugin.reporting",
    "ndop.conformance.suite.plugin.fixtures",
]
