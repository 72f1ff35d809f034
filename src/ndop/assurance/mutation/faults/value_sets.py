"""Faults in terminology: which codes are accepted (NDOP-054 to NDOP-063)."""

from __future__ import annotations

from ndop.assurance.mutation.faults.consents import first_coding, proxies_in, sources_in
from ndop.assurance.mutation.messages import Resource
from ndop.assurance.mutation.model import Fault, accepts, refuses
from ndop.editions import Edition
from ndop.editions.model import CodeSystem


def _code_system(edition: Edition, url: str) -> CodeSystem:
    return next(one for one in edition.code_systems if one.url == url)


def _source_coding(consent: Resource, edition: Edition) -> Resource:
    return first_coding(sources_in(consent, edition)[0]["valueCodeableConcept"])


def _source_codes(edition: Edition) -> CodeSystem:
    return _code_system(edition, _source_coding(edition.samples["minimal"], edition)["system"])


def _is_last_channel(consent: Resource, edition: Edition) -> bool:
    return bool(
        _source_coding(consent, edition)["code"] == list(_source_codes(edition).concepts)[-1]
    )


def _proxy_coding(consent: Resource, edition: Edition) -> Resource:
    return first_coding(proxies_in(consent, edition)[0]["valueCodeableConcept"])


def _proxy_codes(edition: Edition) -> CodeSystem:
    return _code_system(edition, _proxy_coding(edition.samples["proxy"], edition)["system"])


def _category_coding(consent: Resource) -> Resource:
    return first_coding(consent["category"][0])


def _purpose_codes(edition: Edition) -> set[str]:
    return {coding.code for coding in edition.purpose_codings()}


FAULTS: list[Fault] = [
    refuses("does not know the last channel", "NDOP-054", _is_last_channel),
    refuses("does not know the last channel of the drafts", "NDOP-055", _is_last_channel),
    accepts(
        "accepts any channel",
        "NDOP-056",
        lambda c, e: _source_coding(c, e)["code"] not in _source_codes(e).concepts,
    ),
    accepts(
        "accepts the URL of the value set as system",
        "NDOP-056",
        lambda c, e: _source_coding(c, e)["system"] != _source_codes(e).url,
    ),
    refuses(
        "refuses another display",
        "NDOP-057",
        lambda c, e: _source_coding(c, e)["display"] not in _source_codes(e).concepts.values(),
    ),
    accepts(
        "accepts any proxy",
        "NDOP-058",
        lambda c, e: _proxy_coding(c, e)["code"] not in _proxy_codes(e).concepts,
    ),
    refuses(
        "does not know the last proxy",
        "NDOP-058",
        lambda c, e: _proxy_coding(c, e)["code"] == list(_proxy_codes(e).concepts)[-1],
    ),
    accepts(
        "accepts any category",
        "NDOP-060",
        lambda c, e: (
            _category_coding(c)["code"]
            not in _code_system(e, _category_coding(e.samples["maximal"])["system"]).concepts
        ),
    ),
    refuses(
        "does not know the last category",
        "NDOP-060",
        lambda c, e: (
            _category_coding(c)["code"]
            == list(_code_system(e, _category_coding(e.samples["maximal"])["system"]).concepts)[-1]
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
        lambda c, e: c["purpose"][0]["code"] not in _purpose_codes(e),
    ),
    accepts(
        "accepts any purpose",
        "NDOP-063",
        lambda c, e: c["purpose"][0]["code"] not in _purpose_codes(e),
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
