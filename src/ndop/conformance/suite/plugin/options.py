"""Options, markers, and the settings of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.conformance.suite import preset
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.plugin.context import SUITE, Suite
from ndop.conformance.suite.preset import KnownNames, LoadedPreset
from ndop.conformance.suite.settings import Settings
from ndop.editions import DEFAULT_EDITION, EditionFolder
from ndop.system.errors import NdopError, PresetError
from ndop.system.layout import Layout, checkout

_MARKERS = (
    "requirement(*ids): the rows of the register that a test shows",
    "where(holds): needs an edition for which holds(edition) is true",
    "claim(name): needs a server of which this is claimed",
    "unclaimed(name): needs a server of which this is not claimed",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options. `ndop conformance` passes only the last, and all settings through it."""
    group = parser.getgroup("ndop", "National Data Opt-out conformance")
    group.addoption("--ndop-preset", type=Path, help="YAML file that describes the server")
    group.addoption("--ndop-base-url", help="base URL of the server under test")
    group.addoption("--ndop-edition", help=f"edition that it is held to ({DEFAULT_EDITION})")
    group.addoption("--ndop-claim", action="append", default=[], choices=sorted(CLAIMS))
    group.addoption("--ndop-only", action="append", default=[], help="area or requirement id")
    group.addoption("--ndop-settings-from", type=int, help="file descriptor to read settings from")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; read the settings, the edition and the register."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    try:
        layout = checkout()
        register = requirements.read(layout.requirements)
        settings = _settings(config, layout, register)
        if settings is None:
            return
        worker = getattr(config, "workerinput", {"workerid": "gw0", "workercount": 1})
        config.stash[SUITE] = Suite(
            settings=settings,
            edition=EditionFolder.of(layout, settings.editions_folder).load(settings.edition),
            register=register,
            worker=int(worker["workerid"].removeprefix("gw")) % worker["workercount"],
            workers=worker["workercount"],
        )
    except NdopError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the settings on to a process of pytest-xdist."""
    suite = node.config.stash.get(SUITE, None)
    if suite is not None:
        node.workerinput["ndop"] = suite.settings.model_dump_json()


def _settings(config: pytest.Config, layout: Layout, register: Register) -> Settings | None:
    """The settings of this process; None where no server is named."""
    worker: Mapping[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        return Settings.model_validate_json(worker["ndop"]) if "ndop" in worker else None
    descriptor = config.getoption("--ndop-settings-from")
    if descriptor is not None:
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            return Settings.model_validate_json(stream.read())
    file: Path | None = config.getoption("--ndop-preset")
    loaded = preset.read(file, KnownNames.of(layout, register)) if file else LoadedPreset()
    base_url = config.getoption("--ndop-base-url") or loaded.base_url
    if base_url is None:
        if file is not None:
            raise PresetError(f"{file}: base-url: expected one here, or give --ndop-base-url")
        return None
    return Settings(
        base_url=base_url,
        edition=config.getoption("--ndop-edition") or loaded.edition or DEFAULT_EDITION,
        claims=frozenset(config.getoption("--ndop-claim") or loaded.claims),
        only=frozenset(config.getoption("--ndop-only")),
        access=loaded.access,
        patients=loaded.patients,
        left_out=dict(loaded.left_out),
    )
