"""Cases that ask a server about its profiles, rightly and wrongly (NDOP-206 to NDOP-208)."""

from __future__ import annotations

import itertools
import json
from functools import partial
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ndop.assurance.corpus.mutated_consents import corpus
from ndop.assurance.fuzzing.payloads import urls as payloads
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import ID, PATIENT, Cases, RequestBuilder, encode
from ndop.assurance.fuzzing.strategies.values import json_values, spliced, texts
from ndop.editions import Edition
from ndop.editions.model import Operation
from ndop.fhir.media_types import JSON

_CORPUS_SIZE = 300
_VALUE_TYPES = ("valueUri", "valueCode", "valueString", "valueInteger", "resource", "x")


def questions(build: RequestBuilder) -> Cases:
    """Searches and reads of conformance resources, and operations by GET and by POST."""
    return st.one_of(
        _reads(build), _operations_by_get(build), _operations_by_post(build), _validations(build)
    )


def _reads(build: RequestBuilder) -> Cases:
    conformance = build.edition.conformance
    types = st.sampled_from([name.encode() for name in conformance.types])
    names = st.one_of(
        st.sampled_from([name.encode() for name in conformance.search]),
        st.sampled_from(payloads.PARAMETERS),
    )
    query = st.lists(
        st.builds(lambda name, value: name + b"=" + value, names, _values(build.edition)),
        max_size=3,
    ).map(b"&".join)
    searches = st.builds(lambda name, q: build.api + b"/" + name + b"?" + q, types, query)
    reads = st.builds(
        lambda name, one: build.api + b"/" + name + b"/" + one, types, _values(build.edition)
    )
    methods = st.sampled_from([b"GET", b"GET", b"HEAD", b"POST", b"PUT", b"DELETE"])
    return st.builds(
        lambda method, path: (Request(method, path),), methods, st.one_of(searches, reads)
    )


def _operations_by_get(build: RequestBuilder) -> Cases:
    def calls(operation: Operation) -> Cases:
        names = st.sampled_from([name.encode() for name in [*operation.parameters, "x"]])
        query = st.lists(
            st.builds(lambda name, value: name + b"=" + value, names, _values(build.edition)),
            max_size=4,
        ).map(b"&".join)
        return st.builds(
            lambda path, q: (Request(b"GET", path + b"?" + q),), _paths(build, operation), query
        )

    return _operation(build).flatmap(calls)


def _operations_by_post(build: RequestBuilder) -> Cases:
    """Parameters as the body, of known and unknown names and of any types."""

    def calls(operation: Operation) -> Cases:
        names = st.sampled_from([*operation.parameters, *operation.body_parameters, "x", ""])
        values = st.one_of(json_values(), st.sampled_from([build.valid, *_facts(build.edition)]))
        parameter = st.builds(
            lambda name, kind, value: {"name": name, kind: value},
            names,
            st.sampled_from(_VALUE_TYPES),
            values,
        )
        bodies = st.lists(parameter, max_size=4).map(_parameters)
        return st.builds(partial(_posted, build), _paths(build, operation), bodies)

    return _operation(build).flatmap(calls)


def _validations(build: RequestBuilder) -> Cases:
    """The Consents of the corpus: bare, within Parameters, and within damaged Parameters."""
    mutated = corpus(build.edition, count=_CORPUS_SIZE, patients=itertools.repeat(PATIENT))
    bare = st.sampled_from([encode(one.consent) for one in mutated])
    modes = st.sampled_from(["create", "update", "delete", "profile", ""])
    wrapped = st.builds(_to_validate, bare, modes)
    damaged = st.builds(
        spliced, wrapped, st.integers(0, 900), st.integers(0, 9), st.binary(max_size=3)
    )
    paths = st.sampled_from([build.base + b"/$validate", build.instance + b"/$validate"])
    return st.builds(partial(_posted, build), paths, st.one_of(bare, wrapped, damaged))


def _operation(build: RequestBuilder) -> SearchStrategy[Operation]:
    return st.sampled_from(build.edition.conformance.operations)


def _paths(build: RequestBuilder, operation: Operation) -> SearchStrategy[bytes]:
    base = build.api + b"/" + operation.type.encode()
    name = b"/$" + operation.name.encode()
    return st.one_of(
        st.just(base + name), _values(build.edition).map(lambda one: base + b"/" + one + name)
    )


def _values(edition: Edition) -> SearchStrategy[bytes]:
    return st.one_of(
        st.sampled_from([quote(fact, safe="").encode() for fact in _facts(edition)]),
        st.sampled_from([ID, *payloads.VALUES]),
        texts().map(lambda text: quote(text).encode()),
    )


def _facts(edition: Edition) -> list[str]:
    """What a question can name: ids and addresses of artefacts, with and without versions, and
    codes with their displays.
    """
    artefacts = [
        part
        for one in edition.artefacts()
        for part in (one.url.rsplit("/", 1)[1], one.url, f"{one.url}|{one.version}", f"{one.url}|0")
    ]
    concepts = [
        part for system in edition.code_systems for one in system.concepts.items() for part in one
    ]
    return [*artefacts, *concepts]


def _parameters(parameters: list[dict[str, Any]]) -> bytes:
    return encode({"resourceType": "Parameters", "parameter": parameters})


def _to_validate(consent: bytes, mode: str) -> bytes:
    given: list[dict[str, Any]] = [{"name": "resource", "resource": json.loads(consent)}]
    return _parameters([*given, {"name": "mode", "valueCode": mode}] if mode else given)


def _posted(build: RequestBuilder, path: bytes, body: bytes) -> tuple[Request, ...]:
    post = Request(b"POST", path, ((b"Content-Type", JSON.encode()),), body)
    return (build.create_valid(), post) if ID in path else (post,)
