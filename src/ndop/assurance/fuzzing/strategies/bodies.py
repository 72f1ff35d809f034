"""Cases whose bodies are wrong: Consents, JSON, XML, bytes and content encodings."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from functools import partial
from typing import Any

from hypothesis import strategies as st

from ndop.assurance.corpus.mutated_consents import corpus
from ndop.assurance.fuzzing.payloads import bodies as body_payloads
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import PATIENT, Cases, RequestBuilder, encode
from ndop.assurance.fuzzing.strategies.values import json_values, spliced, texts
from ndop.consents import Draft, consent
from ndop.fhir.media_types import JSON, XML

_CORPUS_SIZE = 1000
_OPENINGS = st.sampled_from(
    ["[", '{"a":', '{"extension":[', '{"resourceType":"Consent","extension":[']
)


def mutated_consents(build: RequestBuilder) -> Cases:
    """The Consents of the corpus."""
    mutated = corpus(build.edition, count=_CORPUS_SIZE, patients=itertools.repeat(PATIENT))
    return build.writes(st.sampled_from([encode(one.consent) for one in mutated]))


def any_json(build: RequestBuilder) -> Cases:
    """JSON, from any value to nearly a Consent."""
    values = json_values()
    parts = st.dictionaries(st.sampled_from([*build.valid, "id", "x", ""]), values)
    bodies = st.one_of(
        values,
        parts.map(lambda part: {**part, "resourceType": build.type.decode()}),
        parts.map(lambda part: {**build.valid, **part}),
        st.builds(_with_value, st.just(build.valid), st.integers(0, 60), values),
    )
    encoded = st.one_of(bodies.map(encode), st.builds(_nested, st.integers(0, 3000), _OPENINGS))
    return build.writes(encoded)


def any_xml(build: RequestBuilder) -> Cases:
    """XML that is nearly a Consent, with fragments inserted."""
    whole = _valid_xml(build)
    tags = [at for at in range(len(whole)) if whole[at : at + 1] == b"<"]
    fragments = st.one_of(
        st.sampled_from(body_payloads.XML_FRAGMENTS), texts().map(lambda text: text.encode())
    )
    once = st.builds(spliced, st.just(whole), st.sampled_from(tags), st.integers(0, 80), fragments)
    twice = st.builds(spliced, once, st.sampled_from(tags), st.integers(0, 9), fragments)
    with_prologue = fragments.map(lambda fragment: fragment + whole)
    return build.writes(
        st.one_of(once, twice, with_prologue, fragments), (b"Content-Type", XML.encode())
    )


def any_bytes(build: RequestBuilder) -> Cases:
    """Bytes, from any to nearly a Consent, sent as JSON and as XML."""
    cases = []
    for whole, media_type in ((build.valid_body, JSON), (_valid_xml(build), XML)):
        edited = st.builds(
            spliced,
            st.just(whole),
            st.integers(0, len(whole)),
            st.integers(0, 40),
            st.binary(max_size=8),
        )
        prefixed = st.sampled_from(body_payloads.PREFIXES).map(partial(_prefixed, whole=whole))
        recoded = st.sampled_from(body_payloads.CHARSETS).map(partial(_recoded, whole=whole))
        bodies = st.one_of(st.binary(max_size=400), edited, prefixed, recoded)
        cases.append(build.writes(bodies, (b"Content-Type", media_type.encode())))
    return st.one_of(cases)


def encodings(build: RequestBuilder) -> Cases:
    """Bodies that are compressed, badly compressed, or only said to be."""
    body = build.valid_body
    names = st.sampled_from(
        [b"gzip", b"deflate", b"br", b"identity", b"x-gzip", b"GZIP", b"gzip, gzip", b"", b"*"]
    )
    compressed = st.sampled_from([_gzipped(body), zlib.compress(body), body])
    bodies = st.one_of(
        compressed,
        st.builds(
            spliced, compressed, st.integers(0, 400), st.integers(0, 9), st.binary(max_size=4)
        ),
        st.sampled_from([_gzipped(b" " * 3_000_000), _gzipped(_gzipped(body)), b""]),
        st.just(_gzipped(body) + b"rubbish"),
    )
    creates = st.builds(
        lambda content, name: (build.create(content, (b"Content-Encoding", name)),), bodies, names
    )
    reads = names.map(
        lambda name: (
            build.create_valid(),
            Request(b"GET", build.instance, ((b"Accept-Encoding", name),)),
        )
    )
    return st.one_of(creates, reads)


def _valid_xml(build: RequestBuilder) -> bytes:
    text = consent(build.edition, PATIENT).model_dump_xml()
    return bytes(text)  # type: ignore[arg-type]  # text in JSON, bytes in XML


def _gzipped(content: bytes) -> bytes:
    """Compressed, without the time of day, so that a seed gives the same bytes."""
    return gzip.compress(content, mtime=0)


def _prefixed(prefix: bytes, whole: bytes) -> bytes:
    return prefix + whole


def _recoded(charset: str, whole: bytes) -> bytes:
    return whole.decode().encode(charset)


def _nested(depth: int, opening: str) -> bytes:
    return opening.encode() * depth


def _with_value(whole: Draft, place: int, value: Any) -> Draft:
    """A copy with another value in one of its places, which are counted from the root."""
    changed = json.loads(json.dumps(whole))
    places: list[tuple[Any, Any]] = []

    def collect(holder: Any) -> None:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            places.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                collect(holder[key])

    collect(changed)
    holder, key = places[place % len(places)]
    holder[key] = value
    return dict(changed)
