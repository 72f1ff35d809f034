"""Cases whose HTTP framing is wrong, each request on a connection of its own."""

from __future__ import annotations

from hypothesis import strategies as st

from ndop.assurance.fuzzing.payloads import urls as payloads
from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import Cases, Headers, RequestBuilder
from ndop.fhir.media_types import JSON


def framing(build: RequestBuilder) -> Cases:
    """Odd lengths, hosts, chunks and request lines."""
    body = build.valid_body
    content_type = ((b"Content-Type", JSON.encode()),)
    posts = st.sampled_from(_framing_headers(len(body))).map(
        lambda given: Request(
            b"POST", build.base, (*content_type, *given), body, own_connection=True
        )
    )
    chunks = st.lists(st.binary(max_size=30), max_size=4).map(
        lambda pieces: b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
    )
    chunked = chunks.map(
        lambda content: Request(
            b"POST",
            build.base,
            (*content_type, (b"Transfer-Encoding", b"chunked")),
            content,
            own_connection=True,
        )
    )
    request_lines = st.builds(
        lambda method, target, version: Request(
            method, target, version=version, own_connection=True
        ),
        st.sampled_from([*payloads.METHODS, b"get", b"G(T", b"A" * 300]),
        st.sampled_from(
            [
                build.base,
                b"*",
                b"http://other.example" + build.base,
                b"other.example:443",
                build.base + b"?" + b"a" * 9000,
                build.base + b"\\..\\x",
                b"?",
                b"fhir",
            ]
        ),
        st.sampled_from([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"X"]),
    )
    return st.one_of(posts, chunked, request_lines).map(lambda one: (one,))


def _framing_headers(body_length: int) -> list[Headers]:
    length = b"%d" % body_length
    return [
        ((b"Content-Length", length), (b"Content-Length", length)),
        ((b"Content-Length", b"+" + length),),
        ((b"Content-Length", b"-1"),),
        ((b"Content-Length", b"9" * 30),),
        ((b"Content-Length", length), (b"Content-Length", b"3")),
        ((b"Transfer-Encoding", b"chunked"), (b"Content-Length", length)),
        ((b"Transfer-Encoding", b"identity"),),
        ((b"Transfer-Encoding", b"xchunked"),),
        ((b"Expect", b"100-continue"), (b"Content-Length", length)),
        ((b"Expect", b"the impossible"), (b"Content-Length", length)),
        ((b"Host", b"other.example"), (b"Content-Length", length)),
        ((b"Host", b"a b"), (b"Content-Length", length)),
        ((b"Host", b""), (b"Content-Length", length)),
        ((b"Host", b"x"), (b"Host", b"y"), (b"Content-Length", length)),
        ((b"X" * 5000, b"y" * 5000), (b"Content-Length", length)),
        ((b"X", b"y" * 20000), (b"Content-Length", length)),
        ((b"Bad Name", b"x"), (b"Content-Length", length)),
        ((b"Upgrade", b"h2c"), (b"Content-Length", length)),
        tuple((b"X-%d" % number, b"y") for number in range(150)),
    ]
