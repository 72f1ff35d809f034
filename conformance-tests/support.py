"""Shared by several test modules: types of fixtures, and functions that find parts of a Consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fhir.resources.STU3.consent import Consent

from ndop.consents import Draft, Path
from ndop.editions import Edition
from ndop.editions.model import CodeSystem, Structure, ValueSet
from ndop.fhir.tokens import Claims

#: Makes a changed copy of a Consent.
Change = Callable[[Draft], Draft]

# Types of the fixtures in conftest.py and in the plugin.
Accepts = Callable[[Draft], None]
Refuses = Callable[..., None]
Store = Callable[[Draft], dict[str, Any]]
Read = Callable[[str], dict[str, Any]]
CountConsents = Callable[[str], int]
NewPatient = Callable[[], str]
Note = Callable[[str], None]

# Types of the fixtures in test_security_audit/conftest.py.
HeadersFor = Callable[..., dict[str, str]]
CreateWith = Callable[..., httpx.Response]
RefusesToken = Callable[..., None]

#: For tests of what a server checks unless it ignores audit headers and tokens.
checks_callers = pytest.mark.unclaimed("ignores-token")

#: Spine's codes for a body that cannot be read (NDOP-117, NDOP-139).
UNREADABLE = {"BAD_REQUEST", "MESSAGE_NOT_WELL_FORMED"}


def content_of(consent: Draft) -> Draft:
    """A Consent without what the server assigns: its id, version and time of storing."""
    assigned = {"versionId", "lastUpdated"}
    meta = {key: value for key, value in consent.get("meta", {}).items() if key not in assigned}
    content = {key: value for key, value in consent.items() if key not in ("id", "meta")}
    return {**content, **({"meta": meta} if meta else {})}


def as_xml(consent: Draft) -> str:
    """A Consent in XML, made by fhir.resources."""
    # The library says that this is str.
    xml: Any = Consent.model_validate(consent).model_dump_xml()
    return str(xml, "utf-8")


def etag_of(consent: Draft) -> str:
    """The ETag of a stored version (NDOP-183)."""
    return f'W/"{consent["meta"]["versionId"]}"'


def resources_in(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a Bundle, in its order."""
    return [entry["resource"] for entry in bundle.get("entry", [])]


def extension_url(edition: Edition, requirement: str) -> str:
    """The URL of the extension that the profile has because of a row of the register."""
    for element in edition.consent.elements.values():
        if element.requirement == requirement and element.extension is not None:
            return edition.url(element.extension)
    raise LookupError(f"{edition.id} has no extension for {requirement}")


def extension_path(consent: Draft, url: str) -> Path:
    """Where a Consent has an extension."""
    for index, extension in enumerate(consent["extension"]):
        if extension["url"] == url:
            return ("extension", index)
    raise LookupError(f"the Consent has no extension {url}")


def source_path(edition: Edition, consent: Draft) -> Path:
    """Where a Consent has the concept of its opt-out source."""
    return (*extension_path(consent, edition.url(edition.channel)), "valueCodeableConcept")


def proxy_role_path(edition: Edition, consent: Draft) -> Path:
    """Where a Consent has the concept of its proxy role."""
    return (*extension_path(consent, edition.url(str(edition.proxy))), "valueCodeableConcept")


def bound_value_set(edition: Edition, structure: Structure, element_id: str = "") -> ValueSet:
    """The value set that an element of a structure is bound to; by default, the first that is."""
    for name, element in structure.elements.items():
        if element.binding is not None and element_id in ("", name):
            return edition.value_set(element.binding.value_set)
    raise LookupError(f"{structure.id} binds nothing {element_id}")


def bound_code_system(edition: Edition, structure: Structure, element_id: str = "") -> CodeSystem:
    """The code system of that value set."""
    include = bound_value_set(edition, structure, element_id).include[0]
    assert include.code_system is not None
    return edition.code_system(include.code_system)


def needs_claim(name: str) -> pytest.MarkDecorator:
    """For tests of editions whose tokens have a claim of this name."""
    return pytest.mark.where(holds=lambda edition: name in edition.audit.claims)


def changed(claims: Claims, **values: Any) -> Claims:
    """A copy of a token's claims with other values for some of them."""
    return {**claims, **values}
