"""What is sent: Hypothesis strategies of requests, by kind.

A case is a tuple of requests, sent one after the other. Each case has a patient of its own, whom
NOBODY stands for; @ID@ and @VERSION@ stand for the Consent that an earlier request of the case
stored, so that a case means the same whenever it is sent.
"""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ndop.assurance.fuzzing import payloads
from ndop.assurance.fuzzing.wire import Request
from ndop.assurance.parity.mutations import corpus
from ndop.consents import Draft, consent, draft
from ndop.editions import Edition
from ndop.fhir import tokens
from ndop.fhir.media_types import JSON, XML

Case = tuple[Request, ...]
Cases = SearchStrategy[Case]

#: Stands for the patient of a case, in the range of test numbers that have no check digit.
NOBODY = "9999999999"
ID, VERSION = b"@ID@", b"@VERSION@"

_JSON, _XML = JSON.encode(), XML.encode()
_CORPUS = 1000

Headers = tuple[tuple[bytes, bytes], ...]

#: Every kind of request; each is a method of Requests.
KINDS = (
    "mutated Consents",
    "any JSON",
    "any XML",
    "any bytes",
    "media types",
    "encodings",
    "addresses",
    "queries",
    "headers",
    "callers",
    "framing",
    "sequences",
)


class Requests:
    """The requests of one edition, at an API whose path is `api`, such as `/fhir`."""

    def __init__(self, edition: Edition, api: str) -> None:
        self._edition = edition
        self._type = edition.consent.type.encode()
        self._base = api.encode() + b"/" + self._type
        self._api = api.encode()
        self._valid = draft(edition, NOBODY)
        self._patient = quote(edition.patient.reference_to(NOBODY), safe="").encode()

    def of(self, kind: str) -> Cases:
        """The cases of one of KINDS."""
        cases: Callable[[], Cases] = getattr(self, kind.lower().replace(" ", "_"))
        return cases()

    # What is stored

    def _create(self, body: bytes, *headers: tuple[bytes, bytes]) -> Request:
        given = {name.lower() for name, _ in headers}
        typed = () if b"content-type" in given else ((b"Content-Type", _JSON),)
        return Request(b"POST", self._base, (*typed, *headers), body)

    def _stored(self) -> Request:
        return self._create(_bytes(self._valid))

    def _update(self, body: bytes, *headers: tuple[bytes, bytes]) -> Request:
        made = self._create(body, *headers)
        return Request(b"PUT", self._base + b"/" + ID, made.headers, made.body)

    def _written(self, bodies: SearchStrategy[bytes], *headers: tuple[bytes, bytes]) -> Cases:
        """Each body created, or put onto a stored Consent."""
        return st.one_of(
            bodies.map(lambda body: (self._create(body, *headers),)),
            bodies.map(lambda body: (self._stored(), self._update(_with_id(body), *headers))),
        )

    # Bodies

    def mutated_consents(self) -> Cases:
        """Consents of the parity corpus."""
        made = corpus(self._edition, count=_CORPUS, patients=itertools.repeat(NOBODY))
        return self._written(st.sampled_from([_bytes(one.consent) for one in made]))

    def any_json(self) -> Cases:
        """JSON, from any to nearly a Consent."""
        anything = _json_values()
        of_the_type = st.dictionaries(st.sampled_from([*self._valid, "id", "x", ""]), anything)
        bodies = st.one_of(
            anything,
            of_the_type.map(lambda part: {**part, "resourceType": self._type.decode()}),
            of_the_type.map(lambda part: {**self._valid, **part}),
            st.builds(_with_value, st.just(self._valid), st.integers(0, 60), anything),
        )
        texts = st.one_of(bodies.map(_bytes), st.builds(_nested, st.integers(0, 3000), _NESTS))
        return self._written(texts)

    def _in_xml(self) -> bytes:
        model = consent(self._edition, NOBODY)
        text = model.model_dump_xml()
        return bytes(text)  # type: ignore[arg-type]  # text in JSON, bytes in XML

    def any_xml(self) -> Cases:
        """XML that is nearly a Consent: pieces put in, taken out, doubled."""
        whole = self._in_xml()
        tags = [at for at in range(len(whole)) if whole[at : at + 1] == b"<"]
        pieces = st.one_of(st.sampled_from(payloads.XML_PIECES), _texts().map(lambda t: t.encode()))
        changed = st.builds(
            _spliced, st.just(whole), st.sampled_from(tags), st.integers(0, 80), pieces
        )
        twice = st.builds(_spliced, changed, st.sampled_from(tags), st.integers(0, 9), pieces)
        prologue = pieces.map(lambda piece: piece + whole)
        return self._written(st.one_of(changed, twice, prologue, pieces), (b"Content-Type", _XML))

    def any_bytes(self) -> Cases:
        """Bytes, from any to nearly a Consent, as JSON and as XML."""
        cases = []
        for whole, media_type in ((_bytes(self._valid), _JSON), (self._in_xml(), _XML)):
            spliced = st.builds(
                _spliced,
                st.just(whole),
                st.integers(0, len(whole)),
                st.integers(0, 40),
                st.binary(max_size=8),
            )
            marked = st.sampled_from(payloads.MARKS).map(partial(_joined, whole=whole))
            recoded = st.sampled_from(payloads.CHARSETS).map(partial(_recoded, whole=whole))
            bodies = st.one_of(st.binary(max_size=400), spliced, marked, recoded)
            cases.append(self._written(bodies, (b"Content-Type", media_type)))
        return st.one_of(cases)

    def media_types(self) -> Cases:
        """A valid body under other names, and answers asked for under other names."""
        types = st.one_of(st.sampled_from(payloads.MEDIA_TYPES), _header_values())
        body = _bytes(self._valid)
        create = st.builds(
            lambda sent, asked: (self._create(body, (b"Content-Type", sent), (b"Accept", asked)),),
            types,
            types,
        )
        read = types.map(
            lambda asked: (
                self._stored(),
                Request(b"GET", self._base + b"/" + ID, ((b"Accept", asked),)),
            )
        )
        formats = types.map(
            lambda asked: (
                Request(
                    b"GET", self._base + b"?_format=" + quote(asked).encode() + b"&_id=unknown"
                ),
            )
        )
        return st.one_of(create, read, formats)

    def encodings(self) -> Cases:
        """Bodies that are packed, wrongly packed, or said to be."""
        body = _bytes(self._valid)
        said = st.sampled_from(
            [b"gzip", b"deflate", b"br", b"identity", b"x-gzip", b"GZIP", b"gzip, gzip", b"", b"*"]
        )
        packed = st.sampled_from([gzip.compress(body), zlib.compress(body), body])
        bodies = st.one_of(
            packed,
            st.builds(
                _spliced, packed, st.integers(0, 400), st.integers(0, 9), st.binary(max_size=4)
            ),
            st.sampled_from(
                [gzip.compress(b" " * 3_000_000), gzip.compress(gzip.compress(body)), b""]
            ),
            st.just(gzip.compress(body) + b"rubbish"),
        )
        with_body = st.builds(
            lambda content, name: (self._create(content, (b"Content-Encoding", name)),),
            bodies,
            said,
        )
        asked = said.map(
            lambda name: (
                self._stored(),
                Request(b"GET", self._base + b"/" + ID, ((b"Accept-Encoding", name),)),
            )
        )
        return st.one_of(with_body, asked)

    # Addresses and headers

    def addresses(self) -> Cases:
        """Methods and paths, from those of the API to any."""
        segments = st.one_of(
            st.sampled_from([*payloads.SEGMENTS, self._type, ID, VERSION, self._api.strip(b"/")]),
            _texts().map(lambda text: quote(text).encode()),
            st.binary(min_size=1, max_size=8).map(_without_breaks),
        )
        paths = st.one_of(
            st.lists(segments, max_size=6).map(lambda parts: self._api + b"/" + b"/".join(parts)),
            st.lists(segments, max_size=5).map(lambda parts: b"/".join([self._base, *parts])),
            st.lists(segments, max_size=3).map(lambda parts: b"/" + b"/".join(parts)),
        )
        requests = st.builds(Request, st.sampled_from(payloads.METHODS), paths)
        bodied = st.builds(
            lambda method, path: Request(
                method, path, ((b"Content-Type", _JSON),), _bytes(_draft_with_id(self._valid))
            ),
            st.sampled_from([b"PUT", b"POST", b"DELETE", b"PATCH"]),
            paths,
        )
        return st.one_of(requests, bodied).map(lambda one: (self._stored(), one))

    def queries(self) -> Cases:
        """Parameters of search, history and everything else."""
        own = [name.encode() for name in self._edition.search.parameters]
        names = st.one_of(
            st.sampled_from([*own, *payloads.PARAMETERS]),
            _texts().map(lambda text: quote(text).encode()),
        )
        modifiers = st.one_of(st.just(b""), st.sampled_from(payloads.MODIFIERS))
        values = st.one_of(
            st.sampled_from([self._patient, ID, VERSION, NOBODY.encode(), *payloads.VALUES]),
            _texts().map(lambda text: quote(text).encode()),
            st.binary(max_size=6).map(_without_breaks),
        )
        one = st.builds(lambda n, m, v: n + m + b"=" + v, names, modifiers, values)
        query = st.one_of(
            st.lists(one, max_size=4).map(b"&".join),
            st.lists(one, max_size=2).map(
                lambda others: b"&".join([b"patient=" + self._patient, *others])
            ),
        )
        path = st.sampled_from(
            [
                self._base,
                self._base + b"/_history",
                self._base + b"/" + ID,
                self._base + b"/" + ID + b"/_history",
                self._base + b"/" + ID + b"/_history/1",
                self._api + b"/metadata",
                self._api,
            ]
        )
        method = st.sampled_from([b"GET", b"GET", b"GET", b"HEAD", b"POST", b"PUT"])
        return st.builds(
            lambda m, p, q: (self._stored(), Request(m, p + b"?" + q)), method, path, query
        )

    def headers(self) -> Cases:
        """Conditions, preferences, origins and whatever else a request can carry."""
        names = st.one_of(
            st.sampled_from(payloads.HEADERS), st.from_regex(rb"[A-Za-z-]{1,20}", fullmatch=True)
        )
        values = st.one_of(st.sampled_from(payloads.HEADER_VALUES), _header_values())
        given = st.lists(st.tuples(names, values), min_size=1, max_size=4).map(_harmless)
        body = _bytes(_draft_with_id(self._valid))

        def requests(headers: Headers) -> list[Case]:
            at = self._base + b"/" + ID
            return [
                (self._create(_bytes(self._valid), *headers),),
                (self._stored(), self._update(body, *headers)),
                (self._stored(), Request(b"GET", at, headers)),
                (self._stored(), Request(b"DELETE", at, headers)),
                (Request(b"GET", self._base + b"?patient=" + self._patient, headers),),
                (Request(b"OPTIONS", self._base, headers),),
                (Request(b"GET", self._api + b"/metadata", headers),),
            ]

        return given.flatmap(lambda headers: st.sampled_from(requests(headers)))

    def callers(self) -> Cases:
        """Tokens and audit headers, right and wrong."""
        audit = self._edition.audit.headers
        caller = tokens.Caller(patient=NOBODY)
        made = tokens.claims(self._edition, caller)
        names = st.sampled_from(
            [
                name.encode()
                for group in (audit.token, audit.trace, audit.from_, audit.to, audit.interaction)
                for name in group
            ]
        )
        claims = st.one_of(
            st.just(made),
            st.builds(
                lambda name, value: {**made, name: value},
                st.sampled_from([*made, "jti", "nbf"]),
                _json_values(),
            ),
        )
        good = claims.map(lambda one: b"Bearer " + tokens.unsecured(one).encode())
        spoilt = st.builds(_spliced, good, st.integers(0, 300), st.integers(0, 9), _header_values())
        values = st.one_of(good, spoilt, _header_values(), st.sampled_from(payloads.HEADER_VALUES))
        given = st.lists(st.tuples(names, values), min_size=1, max_size=5).map(tuple)

        def requests(headers: Headers) -> list[Case]:
            return [
                (Request(b"GET", self._base + b"?patient=" + self._patient, headers),),
                (self._create(_bytes(self._valid), *headers),),
                (self._stored(), Request(b"GET", self._base + b"/" + ID, headers)),
                (self._stored(), Request(b"GET", self._base + b"/" + ID + b"/_history", headers)),
                (self._stored(), self._update(_bytes(_draft_with_id(self._valid)), *headers)),
            ]

        return given.flatmap(lambda headers: st.sampled_from(requests(headers)))

    def framing(self) -> Cases:
        """Requests whose HTTP is odd, each on a connection of its own."""
        body = _bytes(self._valid)
        length = b"%d" % len(body)
        headers: list[Headers] = [
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
        chunked = st.lists(st.binary(max_size=30), max_size=4).map(
            lambda pieces: (
                b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
            )
        )
        typed = ((b"Content-Type", _JSON),)
        posts = st.sampled_from(headers).map(
            lambda given: Request(b"POST", self._base, (*typed, *given), body, alone=True)
        )
        in_chunks = chunked.map(
            lambda content: Request(
                b"POST",
                self._base,
                (*typed, (b"Transfer-Encoding", b"chunked")),
                content,
                alone=True,
            )
        )
        lines = st.builds(
            lambda method, target, version: Request(method, target, version=version, alone=True),
            st.sampled_from([*payloads.METHODS, b"get", b"G(T", b"A" * 300]),
            st.sampled_from(
                [
                    self._base,
                    b"*",
                    b"http://other.example" + self._base,
                    b"other.example:443",
                    self._base + b"?" + b"a" * 9000,
                    self._base + b"\\..\\x",
                    b"?",
                    b"fhir",
                ]
            ),
            st.sampled_from([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"X"]),
        )
        return st.one_of(posts, in_chunks, lines).map(lambda one: (one,))

    # One after the other

    def sequences(self) -> Cases:
        """A Consent stored, then read, changed, refused to be deleted, and looked up."""
        at = self._base + b"/" + ID
        bodies = [
            _bytes(
                {
                    **draft(self._edition, NOBODY, sample=sample, purpose=purpose, status=status),
                    "id": ID.decode(),
                }
            )
            for sample in self._edition.samples
            for purpose in self._edition.purpose_codings()
            for status in (self._edition.status.opted_out, self._edition.status.sharing)
        ]
        tags = st.sampled_from([b'W/"' + VERSION + b'"', b'W/"1"', b'"2"', b'W/"99"', b"*"])
        creates = st.sampled_from(bodies).map(lambda body: self._create(_without_id(body)))
        updates = st.sampled_from(bodies).map(self._update)
        matched = st.builds(
            lambda body, tag: self._update(body, (b"If-Match", tag)), st.sampled_from(bodies), tags
        )
        others = st.sampled_from(
            [
                Request(b"GET", at),
                Request(b"HEAD", at),
                Request(b"DELETE", at),
                Request(b"GET", at + b"/_history"),
                Request(b"GET", at + b"/_history/" + VERSION),
                Request(b"GET", at + b"/_history/1"),
                Request(b"GET", at, ((b"If-None-Match", b'W/"' + VERSION + b'"'),)),
                Request(b"GET", self._base + b"?patient=" + self._patient),
                Request(b"GET", self._base + b"/_history?patient=" + self._patient),
                Request(b"GET", self._base + b"?_id=" + ID),
            ]
        )
        steps = st.lists(st.one_of(updates, matched, creates, others), min_size=1, max_size=7)
        return st.builds(lambda first, then: (first, *then), creates, steps)


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _draft_with_id(body: Draft) -> Draft:
    return {**body, "id": ID.decode()}


def _with_id(body: bytes) -> bytes:
    """With the id of the stored Consent where the body is an object without one."""
    if body.startswith(b'{"resourceType"'):
        return b'{"id": "' + ID + b'", ' + body[1:]
    at = body.find(b">")
    if body.startswith(b"<Consent") and at > 0:
        return body[: at + 1] + b'<id value="' + ID + b'"/>' + body[at + 1 :]
    return body


def _without_id(body: bytes) -> bytes:
    return _bytes({key: value for key, value in json.loads(body).items() if key != "id"})


def _json_values() -> SearchStrategy[Any]:
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        _texts(),
        st.sampled_from(["8" * 400, 10**400, -0.0, 1e308]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(_texts(), inner, max_size=4)
        ),
        max_leaves=12,
    )


def _texts() -> SearchStrategy[str]:
    """Text of any characters, with some that have trapped others; no half of a surrogate pair."""
    return st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=12), st.sampled_from(payloads.TEXTS)
    )


def _header_values() -> SearchStrategy[bytes]:
    return st.binary(max_size=20).map(
        lambda value: bytes(one for one in value if one == 9 or (one >= 32 and one != 127))
    )


def _without_breaks(value: bytes) -> bytes:
    """Without what would end a request line."""
    return bytes(one for one in value if one not in b" \r\n")


def _harmless(headers: list[tuple[bytes, bytes]]) -> Headers:
    """Without those that say where a request ends; kind `framing` has them."""
    framing = (b"content-length", b"transfer-encoding", b"host", b"connection", b"te", b"upgrade")
    return tuple((name, value) for name, value in headers if name.lower() not in framing)


def _spliced(whole: bytes, at: int, taken: int, put: bytes) -> bytes:
    return whole[:at] + put + whole[at + taken :]


def _joined(mark: bytes, whole: bytes) -> bytes:
    return mark + whole


def _recoded(charset: str, whole: bytes) -> bytes:
    return whole.decode().encode(charset)


_NESTS = st.sampled_from(
    ["[", '{"a":', '{"extension":[', '{"resourceType":"Consent","extension":[']
)


def _nested(depth: int, opening: str) -> bytes:
    return opening.encode() * depth


def _with_value(consent: Draft, place: int, value: Any) -> Draft:
    """With another value at one of the places of a Consent, counted from the root."""
    changed = json.loads(json.dumps(consent))
    holders: list[tuple[Any, Any]] = []

    def collect(holder: Any) -> None:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            holders.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                collect(holder[key])

    collect(changed)
    holder, key = holders[place % len(holders)]
    holder[key] = value
    return dict(changed)
