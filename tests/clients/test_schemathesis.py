"""The OpenAPI description and the server, compared by Schemathesis, which knows neither.

Two things a description cannot say, so Schemathesis is not asked about them: that one of two
parameters is needed, and the rules of a Consent, which are invariants of its profile. Nor has it
an XML schema of FHIR's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from ndop.server.process import RunningServer

pytestmark = pytest.mark.slow

_SEED = 1
_EXAMPLES = 15
#: To which an address may answer 405. What the container does not know at all, such as QUERY, is
#: 501 everywhere (RFC 9110, section 15.6.2).
_OTHER_METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE"]
_WRITES = ("create", "update")
_VALIDATES = ("validate-Consent-type-post", "validate-Consent-instance-post")


@pytest.fixture(scope="module")
def description(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The description that the server publishes, without bodies that it has no schema of."""
    served: dict[str, Any] = httpx.get(urljoin(server.base_url, "/openapi.json")).json()
    for operations in served["paths"].values():
        for operation in operations.values():
            body = operation.get("requestBody", {})
            content = body.get("content", {})
            body["content"] = {form: schema for form, schema in content.items() if schema}
            if not content:
                operation.pop("requestBody", None)
    search = served["paths"]["/Consent"]["get"]
    for parameter in search["parameters"]:
        if parameter.get("name") == "patient":
            parameter["required"] = True  # or the id, which a description cannot say
    file = tmp_path_factory.mktemp("schemathesis") / "openapi.json"
    file.write_text(json.dumps(served), encoding="utf-8")
    return file


def run(server: RunningServer, description: Path, *options: str) -> None:
    settings = description.with_name("schemathesis.toml")
    settings.write_text(
        f"[phases.coverage]\nunexpected-methods = {_OTHER_METHODS}\n", encoding="utf-8"
    )
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings),
        "run", str(description),
        "--url", server.base_url,
        "--checks", "all",
        "--seed", str(_SEED), "--max-examples", str(_EXAMPLES),
        "--generation-database", "none", "--no-color",
        *options,
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=description.parent
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_all_but_consents(server: RunningServer, description: Path) -> None:
    excluded = (
        option for name in _WRITES + _VALIDATES for option in ("--exclude-operation-id", name)
    )
    run(server, description, *excluded)


def test_writes(server: RunningServer, description: Path) -> None:
    """A Consent that the description allows may break a rule, and is refused then."""
    included = (option for name in _WRITES for option in ("--include-operation-id", name))
    run(server, description, "--exclude-checks", "positive_data_acceptance", *included)


def test_validations(server: RunningServer, description: Path) -> None:
    """Whatever is wrong with a Consent is a finding, in an answer with status 200."""
    included = (option for name in _VALIDATES for option in ("--include-operation-id", name))
    verdicts = "positive_data_acceptance,negative_data_rejection"
    run(server, description, "--exclude-checks", verdicts, *included)
