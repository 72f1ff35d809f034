"""Cases whose headers are wrong: media types, conditions, tokens and whatever else."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st

from ndop.assurance.fuzzing.payloads import headers as payloads
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import PATIENT, Case, Cases, Headers, RequestBuilder
from ndop.assurance.fuzzing.strategies.values import header_values, json_values, spliced
from ndop.fhir import tokens


def media_types(build: RequestBuilder) -> Cases:
    """A valid body of another Content-Type, and responses of another type requested."""
    types = st.one_of(st.sampled_from(payloads.MEDIA_TYPES), header_values())
    body = build.valid_body
    creates = st.builds(
        lambda content_type, accept: (
            build.create(body, (b"Content-Type", content_type), (b"Accept", accept)),
        ),
        types,
        types,
    )
    reads = types.map(
        lambda accept: (
            build.create_valid(),
            Request(b"GET", build.instance, ((b"Accept", accept),)),
        )
    )
    formats = types.map(
        lambda media_type: (
            Request(
                b"GET", build.base + b"?_format=" + quote(media_type).encode() + b"&_id=unknown"
            ),
        )
    )
    return st.one_of(creates, reads, formats)


def headers(build: RequestBuilder) -> Cases:
    """Conditions, preferences, origins and whatever else a request can have."""
    names = st.one_of(
        st.sampled_from(payloads.NAMES), st.from_regex(rb"[A-Za-z-]{1,20}", fullmatch=True)
    )
    values = st.one_of(st.sampled_from(payloads.VALUES), header_values())
    sets = st.lists(st.tuples(names, values), min_size=1, max_size=4).map(_without_framing)
    body = build.valid_update_body

    def cases(given: Headers) -> list[Case]:
        return [
            (build.create(build.valid_body, *given),),
            (build.create_valid(), build.update(body, *given)),
            (build.create_valid(), Request(b"GET", build.instance, given)),
            (build.create_valid(), Request(b"DELETE", build.instance, given)),
            (Request(b"GET", build.base + b"?patient=" + build.patient, given),),
            (Request(b"OPTIONS", build.base, given),),
            (Request(b"GET", build.api + b"/metadata", given),),
        ]

    return sets.flatmap(lambda given: st.sampled_from(cases(given)))


def callers(build: RequestBuilder) -> Cases:
    """Tokens and audit headers, right and wrong."""
    audit = build.edition.audit.headers
    right = tokens.claims(build.edition, tokens.Caller(patient=PATIENT))
    names = st.sampled_from(
        [
            name.encode()
            for group in (audit.token, audit.trace, audit.from_, audit.to, audit.interaction)
            for name in group
        ]
    )
    claims = st.one_of(
        st.just(right),
        st.builds(
            lambda name, value: {**right, name: value},
            st.sampled_from([*right, "jti", "nbf"]),
            json_values(),
        ),
    )
    bearer = claims.map(lambda one: b"Bearer " + tokens.unsecured(one).encode())
    damaged = st.builds(spliced, bearer, st.integers(0, 300), st.integers(0, 9), header_values())
    values = st.one_of(bearer, damaged, header_values(), st.sampled_from(payloads.VALUES))
    sets = st.lists(st.tuples(names, values), min_size=1, max_size=5).map(tuple)

    def cases(given: Headers) -> list[Case]:
        return [
            (Request(b"GET", build.base + b"?patient=" + build.patient, given),),
            (build.create(build.valid_body, *given),),
            (build.create_valid(), Request(b"GET", build.instance, given)),
            (build.create_valid(), Request(b"GET", build.instance + b"/_history", given)),
            (build.create_valid(), build.update(build.valid_update_body, *given)),
        ]

    return sets.flatmap(lambda given: st.sampled_from(cases(given)))


def _without_framing(given: list[tuple[bytes, bytes]]) -> Headers:
    """Without headers that say where a request ends, which the kind `framing` has."""
    framing = (b"content-length", b"transfer-encoding", b"host", b"connection", b"te", b"upgrade")
    return tuple((name, value) for name, value in given if name.lower() not in framing)
