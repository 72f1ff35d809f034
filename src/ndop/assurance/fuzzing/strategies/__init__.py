"""Hypothesis strategies of cases, one for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ndop.assurance.fuzzing.strategies import bodies, framing, headers, questions, sequences, urls
from ndop.assurance.fuzzing.strategies.cases import Cases, RequestBuilder
from ndop.editions import Edition

#: The strategy of each of KINDS.
STRATEGIES: Mapping[str, Callable[[RequestBuilder], Cases]] = {
    "mutated Consents": bodies.mutated_consents,
    "any JSON": bodies.any_json,
    "any XML": bodies.any_xml,
    "any bytes": bodies.any_bytes,
    "media types": headers.media_types,
    "encodings": bodies.encodings,
    "addresses": urls.addresses,
    "queries": urls.queries,
    "headers": headers.headers,
    "callers": headers.callers,
    "framing": framing.framing,
    "sequences": sequences.sequences,
    "questions": questions.questions,
}


def cases_of(kind: str, edition: Edition, api: str) -> Cases:
    """The cases of one kind, for the API of an edition at the path `api`, such as `/fhir`."""
    return STRATEGIES[kind](RequestBuilder(edition, api))
