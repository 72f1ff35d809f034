"""The client that the suite's tests speak through: plain HTTP, every exchange kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, cast

import httpx
import requests
from fhirpy import SyncFHIRClient

from ndop.conformance.results import Exchange
from ndop.consents import Draft

JSON = "application/fhir+json"
XML = "application/fhir+xml"

_SECONDS = 30.0
_KEPT_BODY = 8000


def http_client() -> httpx.Client:
    """Connections for clients to share. What a test does not say is not sent."""
    http = httpx.Client(timeout=_SECONDS, headers={"Accept-Encoding": "identity"})
    del http.headers["accept"]
    return http


class NdopClient:
    """Requests to the server under test, relative to its base URL.

    Redirects are not followed: an answer is what the test is about. Every exchange is kept in
    `exchanges`, the answer as it came. `sends_if_match`: updates name the current version, for
    servers that ask for it.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        headers: Mapping[str, str] | None = None,
        *,
        sends_if_match: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.sends_if_match = sends_if_match
        self.exchanges: list[Exchange] = []
        self._headers = dict(headers or {})
        self._http = http

    def request(
        self,
        method: str,
        path: str,
        *,
        body: str | bytes | None = None,
        params: Mapping[str, str] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request; `path` is below the base URL, such as `Consent/123`."""
        request = self._http.build_request(
            method,
            f"{self.base_url}/{path}" if path else self.base_url,
            params=cast("Any", params),
            content=body,
            headers={**self._headers, **(headers or {})},
        )
        begun = time.monotonic()
        try:
            response = self._http.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            self._keep(request, None, f"no answer: {error}", time.monotonic() - begun)
            raise
        self._keep(request, response, response.text, time.monotonic() - begun)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET; options as of `request`."""
        return self.request("GET", path, **options)

    def create(self, consent: Draft, **headers: str) -> httpx.Response:
        """POST a Consent as JSON, whatever it looks like; its answer is the test's to judge."""
        return self.post(json.dumps(consent), JSON, headers=headers)

    def post(
        self,
        body: str | bytes,
        content_type: str | None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """POST a body to the type Consent."""
        typed = {} if content_type is None else {"Content-Type": content_type}
        return self.request("POST", "Consent", body=body, headers={**typed, **(headers or {})})

    def update(self, consent: Draft, consent_id: str, **headers: str) -> httpx.Response:
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
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """PUT a body to the id of a Consent."""
        typed = {"Content-Type": content_type, **(headers or {})}
        return self.request("PUT", f"Consent/{consent_id}", body=body, headers=typed)

    def fhirpy(self) -> SyncFHIRClient:
        """The client library that most Python programs use, keeping its exchanges here too."""
        config = {"hooks": {"response": self._keep_fhirpy}, "timeout": _SECONDS}
        return SyncFHIRClient(self.base_url, extra_headers=self._headers, requests_config=config)

    def _keep(
        self, request: httpx.Request, response: httpx.Response | None, text: str, seconds: float
    ) -> None:
        shown = {"accept", "content-type", "if-match", "if-none-exist", "prefer", "origin"}
        own = {name.lower() for name in self._headers}
        self.exchanges.append(
            Exchange(
                method=request.method,
                url=str(request.url),
                request_headers={
                    name: value
                    for name, value in request.headers.items()
                    if name.lower() in shown | own
                },
                request_body=_cut(request.content.decode(errors="replace")) or None,
                status=None if response is None else response.status_code,
                response_headers=dict(response.headers) if response is not None else {},
                response_body=_cut(text),
                seconds=seconds,
            )
        )

    def _keep_fhirpy(self, response: requests.Response, *_args: object, **_more: object) -> None:
        body = response.request.body
        self.exchanges.append(
            Exchange(
                method=response.request.method or "GET",
                url=response.request.url or "",
                request_headers={"Accept": JSON, "Content-Type": "application/json"},
                request_body=_cut(body.decode() if isinstance(body, bytes) else body or "") or None,
                status=response.status_code,
                response_headers=dict(response.headers),
                response_body=_cut(response.text),
                seconds=response.elapsed.total_seconds(),
            )
        )


def _cut(text: str) -> str:
    return text if len(text) <= _KEPT_BODY else f"{text[:_KEPT_BODY]}… ({len(text)} characters)"
