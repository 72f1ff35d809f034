from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from fhirpy import SyncFHIRClient

from ndop.editions import Edition
from ndop.preferences import find_preference, set_preference
from ndop.server.process import RunningServer

pytestmark = pytest.mark.slow


@dataclass
class Watched:
    """A fhirpy client and the methods of the requests that it made."""

    fhir: SyncFHIRClient
    methods: list[str] = field(default_factory=list)


@pytest.fixture
def watched(server: RunningServer) -> Watched:
    methods: list[str] = []

    def note(response: requests.Response, *_args: Any, **_more: Any) -> None:
        methods.append(str(response.request.method))

    config = {"hooks": {"response": note}}
    return Watched(SyncFHIRClient(server.base_url, requests_config=config), methods)


def test_a_new_preference_is_created_after_a_search(
    watched: Watched, edition: Edition, patient: str
) -> None:
    """NDOP-093"""
    consent = set_preference(watched.fhir, edition, patient, opted_out=True)
    assert watched.methods == ["GET", "POST"]
    assert consent["status"] == edition.status.opted_out
    assert consent.id


def test_an_existing_preference_is_updated_and_never_created_again(
    watched: Watched, edition: Edition, patient: str
) -> None:
    """NDOP-093: no POST is sent when the search finds a Consent."""
    first = set_preference(watched.fhir, edition, patient, opted_out=True)
    watched.methods.clear()

    second = set_preference(watched.fhir, edition, patient, opted_out=False)

    assert watched.methods == ["GET", "PUT"]
    assert second.id == first.id
    found = find_preference(watched.fhir, edition, patient)
    assert found is not None
    assert found["status"] == edition.status.sharing


def test_nobody_has_a_preference_before(watched: Watched, edition: Edition, patient: str) -> None:
    assert find_preference(watched.fhir, edition, patient) is None
    assert json.dumps(watched.methods) == '["GET"]'
