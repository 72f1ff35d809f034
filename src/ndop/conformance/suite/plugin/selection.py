"""Which tests run: those of the edition that are asked for; and which of them are skipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ndop.conformance.register.requirements import Register, Requirement
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.plugin.context import RECORD, SUITE, Suite, TestRecord
from ndop.editions import Edition


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why a test is skipped, and what would let it run."""

    reason: str
    remedy: str


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of rows that the edition does not have, and tests that are not asked for."""
    suite = config.stash.get(SUITE, None)
    if suite is None:
        return
    kept: list[pytest.Item] = []
    deselected: list[pytest.Item] = []
    for item in items:
        rows = requirements_of(item, suite.register)
        only = suite.settings.only
        selected = not only or only & {area_of(item.path), *(row.id for row in rows)}
        applicable = applies_to(item, suite.edition, suite.register)
        (kept if selected and applicable else deselected).append(item)
    items[:] = kept
    if deselected:
        config.hook.pytest_deselected(items=deselected)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs another setup of the server, and record what would let it run."""
    suite = item.config.stash.get(SUITE, None)
    if suite is None:
        if "suite" in getattr(item, "fixturenames", ()):
            pytest.skip("needs a server: give --ndop-preset or --ndop-base-url")
        return
    item.stash[RECORD] = TestRecord()
    item.user_properties.extend(
        ("requirement", row.id) for row in requirements_of(item, suite.register)
    )
    if (skip := skip_reason(item, suite)) is not None:
        item.stash[RECORD].remedy = skip.remedy
        pytest.skip(skip.reason)


def applies_to(item: pytest.Item, edition: Edition, register: Register) -> bool:
    """Whether a test applies to an edition. Raises UsageError, as `requirements_of`."""
    rows = requirements_of(item, register)
    applicable = {row.id for row in register.of(edition)}
    return (not rows or any(row.id in applicable for row in rows)) and all(
        marker.kwargs["holds"](edition) for marker in item.iter_markers("where")
    )


def requirements_of(item: pytest.Item, register: Register) -> list[Requirement]:
    """The rows that a test names. Raises UsageError: an id is not in the register."""
    try:
        return [
            register[requirement_id]
            for marker in item.iter_markers("requirement")
            for requirement_id in marker.args
        ]
    except KeyError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error.args[0]}") from error


def area_of(file: Path) -> str:
    """The area of a module of tests: its folder's, where that is named like one, else its own.

    test_value_sets.py is of value-sets, test_profile/test_patient.py of profile.
    """
    name = file.parent.name if file.parent.name.startswith("test_") else file.stem
    return name.removeprefix("test_").replace("_", "-")


def skip_reason(item: pytest.Item, suite: Suite) -> SkipReason | None:
    """Why a test will be skipped, as far as is known before the run; None where it will not be."""
    for row in requirements_of(item, suite.register):
        if row.id in suite.settings.left_out:
            reason = f"{row.id} is left out: {suite.settings.left_out[row.id]}"
            return SkipReason(reason, f"take {row.id} out of leave-out")
    for marker in item.iter_markers("claim"):
        name = marker.args[0]
        if name not in suite.claims:
            return SkipReason(f"needs a server where {CLAIMS[name]}", f"give --claim {name}")
    if suite.lacks_token_key and (
        "requires-token" in suite.claims or "credentials" in getattr(item, "fixturenames", ())
    ):
        return SkipReason("needs tokens that the server trusts", "give --token-key FILE")
    for marker in item.iter_markers("unclaimed"):
        name = marker.args[0]
        if name in suite.claims:
            remedy = f"run it without --claim {name} against a server that is not set up so"
            return SkipReason(f"does not fit a server where {CLAIMS[name]}", remedy)
    return None
