"""Cases whose request line is wrong: methods, paths and query parameters."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ndop.assurance.fuzzing.payloads import urls as payloads
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import ID, PATIENT, VERSION, Cases, RequestBuilder
from ndop.assurance.fuzzing.strategies.values import texts, without_whitespace
from ndop.fhir.media_types import JSON


def addresses(build: RequestBuilder) -> Cases:
    """Methods and paths, from those of the API to any."""
    segments = st.one_of(
        st.sampled_from([*payloads.SEGMENTS, build.type, ID, VERSION, build.api.strip(b"/")]),
        _quoted_texts(),
        st.binary(min_size=1, max_size=8).map(without_whitespace),
    )
    paths = st.one_of(
        st.lists(segments, max_size=6).map(lambda parts: build.api + b"/" + b"/".join(parts)),
        st.lists(segments, max_size=5).map(lambda parts: b"/".join([build.base, *parts])),
        st.lists(segments, max_size=3).map(lambda parts: b"/" + b"/".join(parts)),
    )
    without_body = st.builds(Request, st.sampled_from(payloads.METHODS), paths)
    with_body = st.builds(
        lambda method, path: Request(
            method, path, ((b"Content-Type", JSON.encode()),), build.valid_update_body
        ),
        st.sampled_from([b"PUT", b"POST", b"DELETE", b"PATCH"]),
        paths,
    )
    return st.one_of(without_body, with_body).map(lambda one: (build.create_valid(), one))


def queries(build: RequestBuilder) -> Cases:
    """Parameters of search, history and every other interaction."""
    own = [name.encode() for name in build.edition.search.parameters]
    names = st.one_of(st.sampled_from([*own, *payloads.PARAMETERS]), _quoted_texts())
    modifiers = st.one_of(st.just(b""), st.sampled_from(payloads.MODIFIERS))
    values = st.one_of(
        st.sampled_from([build.patient, ID, VERSION, PATIENT.encode(), *payloads.VALUES]),
        _quoted_texts(),
        st.binary(max_size=6).map(without_whitespace),
    )
    parameter = st.builds(
        lambda name, modifier, value: name + modifier + b"=" + value, names, modifiers, values
    )
    query = st.one_of(
        st.lists(parameter, max_size=4).map(b"&".join),
        st.lists(parameter, max_size=2).map(
            lambda others: b"&".join([b"patient=" + build.patient, *others])
        ),
    )
    path = st.sampled_from(
        [
            build.base,
            build.base + b"/_history",
            build.instance,
            build.instance + b"/_history",
            build.instance + b"/_history/1",
            build.api + b"/metadata",
            build.api,
        ]
    )
    method = st.sampled_from([b"GET", b"GET", b"GET", b"HEAD", b"POST", b"PUT"])
    return st.builds(
        lambda m, p, q: (build.create_valid(), Request(m, p + b"?" + q)), method, path, query
    )


def _quoted_texts() -> SearchStrategy[bytes]:
    return texts().map(lambda text: quote(text).encode())
