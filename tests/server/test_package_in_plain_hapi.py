"""The package of each edition in a plain HAPI server, with nothing set but where the package is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from ndop.consents import draft
from ndop.consents.nhs_numbers import EXAMPLE_NHS_NUMBER
from ndop.editions import Edition, EditionFolder
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress

pytestmark = pytest.mark.slow

#: What HAPI stores of a package; the rest stays in the package.
_STORED = ("StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter")


@pytest.fixture(scope="module", params=EditionFolder.of(checkout()).ids())
def edition(request: pytest.FixtureRequest, folder: EditionFolder) -> Edition:
    """One a server: HAPI has one SearchParameter for a code, and editions have some in common."""
    return folder.load(request.param)


@pytest.fixture(scope="module")
def plain(built: Layout, progress: Progress, edition: Edition) -> Iterator[httpx.Client]:
    """A client of a plain server into which the package was installed."""
    guide = "hapi.fhir.implementationguides.ndop"
    settings = {
        "hapi.fhir.allow_external_references": "false",  # as in the stock server
        f"{guide}.name": edition.package,
        f"{guide}.version": edition.version,
        f"{guide}.packageUrl": (built.packages / f"{edition.id}.tgz").as_uri(),
        f"{guide}.installMode": "STORE_AND_INSTALL",
    }
    plan = ServerPlan(edition.id, plain=True, settings=settings)
    with (
        process.running(built, plan, progress) as server,
        httpx.Client(base_url=server.base_url + "/", timeout=60) as client,
    ):
        yield client


def test_every_artefact_is_stored(built: Layout, plain: httpx.Client, edition: Edition) -> None:
    missing = []
    for file in sorted((built.generated / edition.id).glob("*.json")):
        artefact = json.loads(file.read_text(encoding="utf-8"))
        if artefact.get("resourceType") in _STORED:
            found = plain.get(artefact["resourceType"], params={"url": artefact["url"]}).json()
            stored = [entry["resource"]["version"] for entry in found.get("entry", [])]
            if stored != [artefact["version"]]:
                missing.append(file.name)
    assert missing == []


def test_its_search_parameters_are_in_use(plain: httpx.Client, edition: Edition) -> None:
    statement = plain.get("metadata").json()
    (consent,) = [
        resource for resource in statement["rest"][0]["resource"] if resource["type"] == "Consent"
    ]
    assert edition.identity.code in {parameter["name"] for parameter in consent["searchParam"]}


def test_it_judges_by_the_profile(plain: httpx.Client, edition: Edition) -> None:
    """HAPI's own $validate, told to use the profile."""
    consent = draft(edition, EXAMPLE_NHS_NUMBER)
    assert _errors(plain, edition, consent) == []
    without_time = {key: value for key, value in consent.items() if key != "dateTime"}
    (error,) = _errors(plain, edition, without_time)
    assert "Consent.dateTime: minimum required = 1" in error
    assert edition.consent.url in error


def _errors(plain: httpx.Client, edition: Edition, consent: dict[str, object]) -> list[str]:
    answer = plain.post("Consent/$validate", params={"profile": edition.consent.url}, json=consent)
    assert answer.status_code == httpx.codes.OK, answer.text
    return [
        issue["diagnostics"]
        for issue in answer.json()["issue"]
        if issue["severity"] in ("error", "fatal")
    ]
