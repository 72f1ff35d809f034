"""The HTTP client of the suite's tests, which keeps every exchange for the report."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urljoin

import httpx
import requests
import urllib3.exceptions
from fhirpy import SyncFHIRClient

from ndop.conformance.report.results import Exchange
from ndop.conformance.suite.access import LONGEST_BODY, Access, NoAnswer, time_limit, why_no_answer
from ndop.conformance.suite.credentials import Credentials
from ndop.conformance.suite.masking import Mask
from ndop.consents import Draft
from ndop.fhir.media_types import JSON as JSON
from ndop.fhir.media_types import XML as XML

_LONGEST_REPORTED = 8000
_CHUNK = 64 * 1024
#: Headers that the library adds to each request; no test is about them.
_LIBRARY_HEADERS = {"host", "connection", "user-agent", "content-length", "accept-encoding"}
#: The methods that are sent outside the base URL: they change nothing there.
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class NdopClient:
    """Requests to the server under test, relative to its base URL.

    Redirects are not followed: the first answer is the one that the test is about. Every exchange
    is kept in `exchanges`, with the answer as it came and secrets masked. `access` has the headers
    of every request, its time limit and what fhirpy needs; `http` is made from it.
    `sends_if_match`: updates name the current version, for servers that require it.
    `credentials`: every request has audit headers and a token, for servers that require them.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        access: Access | None = None,
        *,
        sends_if_match: bool = False,
        credentials: Credentials | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.sends_if_match = sends_if_match
        self._credentials = credentials
        self.exchanges: list[Exchange] = []
        self._access = access or Access()
        self._mask = Mask(self._access.secrets)
        self._http = http

    def request(
        self,
        method: str,
        path: str,
        *,
        body: str | bytes | None = None,
        params: Mapping[str, str] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """Send one request; `path` is below the base URL, such as `Consent/123`, or beside it,
        such as `../page`.

        A header that is None is not sent, even if every other request has it. What is outside the
        base URL may be somebody else's: such a request carries no header but those given here, no
        token, no cookie and no user. Raises ValueError: it is to change something there; and
        httpx.HTTPError, such as NoAnswer: no whole answer came in time.
        """
        request = self._http.build_request(
            method,
            self._address(path),
            params=cast("Any", params),
            content=body,
        )
        credentials = self._credentials
        common: Mapping[str, str] = self._access.headers
        if self._is_outside(request.url):
            request, credentials, common = _anonymous(request), None, {}
        if credentials:
            text = request.content.decode(errors="replace")
            request.headers.update(credentials.headers(method, str(request.url), text))
        for name, value in {**common, **(headers or {})}.items():
            if value is None:
                request.headers.pop(name, None)
            else:
                request.headers[name] = value
        begun = time.monotonic()
        try:
            response = self._answer_to(request)
        except httpx.HTTPError as error:
            reason = f"no answer: {why_no_answer(error)}"
            self._keep(request, None, reason, time.monotonic() - begun)
            raise
        self._keep(request, response, response.text, time.monotonic() - begun)
        if credentials:
            credentials.remember(response.headers)
        return response

    def _address(self, path: str) -> str:
        if path.startswith("../"):
            return urljoin(f"{self.base_url}/", path)
        return f"{self.base_url}/{path.removeprefix('/')}" if path else self.base_url

    def _is_outside(self, url: httpx.URL) -> bool:
        """Whether an address, whose dot segments httpx has resolved, is not below the base URL."""
        base = httpx.URL(self.base_url).path.rstrip("/")
        return url.path != base and not url.path.startswith(f"{base}/")

    def _answer_to(self, request: httpx.Request) -> httpx.Response:
        """The whole answer. Raises httpx.HTTPError: it does not come in time, or does not end."""
        limit = self._access.request_seconds
        latest = time.monotonic() + limit
        with time_limit(limit):
            response = self._http.send(request, stream=True, follow_redirects=False)
            try:
                content = _read_all(response.iter_bytes(), latest, limit)
            finally:
                response.close()
        answer = httpx.Response(
            response.status_code,
            # The content is decoded already; the headers are put back below.
            headers=[h for h in response.headers.multi_items() if h[0] != "content-encoding"],
            content=content,
            request=request,
            extensions=response.extensions,
        )
        answer.headers, answer.elapsed = response.headers, response.elapsed
        return _with_text(answer)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET; the options are those of `request`."""
        return self.request("GET", path, **options)

    def create(self, consent: Draft, **headers: str | None) -> httpx.Response:
        """POST a Consent as JSON, valid or not, and return the answer, whatever it is."""
        return self.post(json.dumps(consent), JSON, headers=headers)

    def post(
        self,
        body: str | bytes,
        content_type: str | None,
        *,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """POST a body to the type Consent."""
        typed = {} if content_type is None else {"Content-Type": content_type}
        return self.request("POST", "Consent", body=body, headers={**typed, **(headers or {})})

    def update(self, consent: Draft, consent_id: str, **headers: str | None) -> httpx.Response:
        """PUT a Consent as JSON to an id."""
        if self.sends_if_match and "If-Match" not in headers:
            tag = self.get(f"Consent/{consent_id}").headers.get("etag")
            headers = {**headers, **({"If-Match": tag} if tag else {})}
        return self.put(json.dumps(consent), consent_id, JSON, headers=headers)

    def put(
        self,
        body: str | bytes,
        consent_id: str,
        content_type: str,
        *,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """PUT a body to the id of a Consent."""
        typed = {"Content-Type": content_type, **(headers or {})}
        return self.request("PUT", f"Consent/{consent_id}", body=body, headers=typed)

    def fhirpy(self) -> SyncFHIRClient:
        """A client of the library that most Python programs use; its exchanges are kept too."""
        access = self._access
        config = {
            # Without one, requests takes user and password from the base URL.
            "auth": self._authenticate if self._credentials else None,
            "hooks": {"response": self._keep_fhirpy},
            "timeout": access.request_seconds,
            "verify": str(access.ca) if access.ca and access.verify else access.verify,
            "cert": access.certificate
            and (str(access.certificate), str(access.key or access.certificate)),
            "stream": True,
            # Nor are these followed, with their headers, to wherever the server says.
            "allow_redirects": False,
        }
        return _LimitedFhirpy(
            self.base_url, extra_headers=access.headers, requests_config=config
        ).within(access.request_seconds)

    def _authenticate(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests before each request: a token is for one request only."""
        assert self._credentials is not None
        body = request.body or b""
        text = body if isinstance(body, str) else body.decode(errors="replace")
        own = self._credentials.headers(request.method or "GET", request.url or "", text)
        request.headers.update({**own, **self._access.headers})
        return request

    def _keep(
        self, request: httpx.Request, response: httpx.Response | None, text: str, seconds: float
    ) -> None:
        sent = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _LIBRARY_HEADERS
        }
        self.exchanges.append(
            Exchange(
                method=request.method,
                url=self._mask.text(str(request.url)),
                request_headers=self._mask.headers(sent),
                request_body=self._reported(request.content.decode(errors="replace")) or None,
                status=None if response is None else response.status_code,
                response_headers=self._mask.headers(response.headers)
                if response is not None
                else {},
                response_body=self._reported(text),
                seconds=seconds,
            )
        )

    def _keep_fhirpy(self, response: requests.Response, *_args: object, **_more: object) -> None:
        # requests cannot limit the length of a body, but takes one that was read for it.
        latest = time.monotonic() + self._access.request_seconds
        chunks = response.iter_content(_CHUNK)
        response._content = _read_all(chunks, latest, self._access.request_seconds)
        if self._credentials:
            self._credentials.remember(response.headers)
        body = response.request.body
        sent = {"Accept": JSON, "Content-Type": "application/json", **self._access.headers}
        self.exchanges.append(
            Exchange(
                method=response.request.method or "GET",
                url=self._mask.text(response.request.url or ""),
                request_headers=self._mask.headers(sent),
                request_body=self._reported(
                    body.decode() if isinstance(body, bytes) else body or ""
                )
                or None,
                status=response.status_code,
                response_headers=self._mask.headers(response.headers),
                response_body=self._reported(response.content.decode(errors="replace")),
                seconds=response.elapsed.total_seconds(),
            )
        )

    def _reported(self, text: str) -> str:
        """A body for the report: with secrets masked, and cut where it is long."""
        shown = self._mask.text(text[: 2 * _LONGEST_REPORTED])
        if len(text) <= _LONGEST_REPORTED:
            return shown
        return f"{shown[:_LONGEST_REPORTED]}… ({len(text)} characters)"


class _LimitedFhirpy(SyncFHIRClient):
    """fhirpy with a time limit for each request."""

    _seconds: float

    def within(self, seconds: float) -> _LimitedFhirpy:
        self._seconds = seconds
        return self

    def _do_request(self, *arguments: Any, **options: Any) -> Any:
        with time_limit(self._seconds), warnings.catch_warnings():
            # A preset that switches the check of certificates off does so on purpose.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            return super()._do_request(*arguments, **options)


def _anonymous(request: httpx.Request) -> httpx.Request:
    """The request without what tells who sends it. Raises ValueError: it is no safe one."""
    if request.method not in _SAFE_METHODS:
        raise ValueError(f"{request.method} {request.url.path} is outside the base URL")
    url = request.url.copy_with(username="", password="")
    return httpx.Request(request.method, url, headers={"Accept-Encoding": "identity"})


def _read_all(chunks: Iterable[bytes], latest: float, limit: float) -> bytes:
    """The whole of a body. Raises NoAnswer: it is too long, or has not ended by `latest`."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LONGEST_BODY:
            raise NoAnswer(f"the body of the answer is longer than {LONGEST_BODY} bytes")
        if time.monotonic() > latest:
            raise NoAnswer(f"no whole answer within {limit:g} s")
    return bytes(body)


def _with_text(answer: httpx.Response) -> httpx.Response:
    """The answer, whose text is read as UTF-8 where its charset cannot be used."""
    try:
        _ = answer.text
    except (LookupError, ValueError, TypeError, AssertionError):  # what Python's codecs raise
        answer.encoding = "utf-8"
    return answer
