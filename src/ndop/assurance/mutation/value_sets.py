"""Faults against the value sets: which codes are accepted (NDOP-054 to NDOP-063)."""

from __future__ import annotations

from ndop.assurance.mutation.messages import Resource
from ndop.assurance.mutation.model import Fault, accepts, refuses
from ndop.assurance.mutation.profile import first_coding, proxies_in, sources_in
from ndop.editions import Edition
from ndop.editions.model import CodeSystem


def _codes(edition: Edition, url: str) -> CodeSystem:
    return next(one for one in edition.code_systems if one.url == url)


def _source(consent: Resource, edition: Edition) -> Resource:
    return first_coding(sources_in(consent, edition)[0]["valueCodeableConcept"])


def _sources(edition: Edition) -> CodeSystem:
    return _codes(edition, _source(edition.samples["minimal"], edition)["system"])


def _is_last_channel(consent: Resource, edition: Edition) -> bool:
    return bool(_source(consent, edition)["code"] == list(_sources(edition).concepts)[-1])


def _proxy(consent: Resource, edition: Edition) -> Resource:
    return first_coding(proxies_in(consent, edition)[0]["valueCodeableConcept"])


def _proxies(edition: Edition) -> CodeSystem:
    return _codes(edition, _proxy(edition.samples["proxy"], edition)["system"])


def _category(consent: Resource) -> Resource:
    return first_coding(consent["category"][0])


def _purposes(edition: Edition) -> set[str]:
    return {coding.code for coding in edition.purpose_codings()}


FAULTS: list[Fault] = [
    refuses("does not know the last channel", "NDOP-054", _is_last_channel),
    refuses("does not know the last channel of the drafts", "NDOP-055", _is_last_channel),
    accepts(
        "accepts any channel",
        "NDOP-056",
        lambda c, e: _source(c, e)["code"] not in _sources(e).concepts,
    ),
    accepts(
        "accepts the URL of the value set as system",
        "NDOP-056",
        lambda c, e: _source(c, e)["system"] != _sources(e).url,
    ),
    refuses(
        "refuses another display",
        "NDOP-057",
        lambda c, e: _source(c, e)["display"] not in _sources(e).concepts.values(),
    ),
    accepts(
        "accepts any proxy",
        "NDOP-058",
        lambda c, e: _proxy(c, e)["code"] not in _proxies(e).concepts,
    ),
    refuses(
        "does not know the last proxy",
        "NDOP-058",
        lambda c, e: _proxy(c, e)["code"] == list(_proxies(e).concepts)[-1],
    ),
    accepts(
        "accepts any category",
        "NDOP-060",
        lambda c, e: (
            _category(c)["code"]
            not in _codes(e, _category(e.samples["maximal"])["system"]).concepts
        ),
    ),
    refuses(
        "does not know the last category",
        "NDOP-060",
        lambda c, e: (
            _category(c)["code"]
            == list(_codes(e, _category(e.samples["maximal"])["system"]).concepts)[-1]
        ),
    ),
    refuses(
        "refuses the other spelling of SNOMED CT",
        "NDOP-061",
        lambda c, _e: c["purpose"][0]["system"].startswith("https://snomed"),
    ),
    refuses(
        "refuses a purpose outside the value set",
        "NDOP-062",
        lambda c, e: c["purpose"][0]["code"] not in _purposes(e),
    ),
    accepts(
        "accepts any purpose",
        "NDOP-063",
        lambda c, e: c["purpose"][0]["code"] not in _purposes(e),
    ),
    accepts(
        "accepts a purpose of any system",
        "NDOP-063",
        lambda c, e: c["purpose"][0]["system"] not in {one.system for one in e.purpose_codings()},
    ),
    refuses(
        "does not know the second purpose",
        "NDOP-063",
        lambda c, e: c["purpose"][0]["code"] == e.purpose_codings()[1].code,
    ),
]
