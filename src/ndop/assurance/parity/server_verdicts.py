"""Verdicts of a server, of its $validate and of the offline validator on the corpus.

All three must accept a Consent, or refuse it with the same Spine code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from ndop.assurance.corpus.mutated_consents import MutatedConsent
from ndop.editions import Edition
from ndop.fhir.media_types import JSON
from ndop.validation import Finding, Validator

#: In place of a Spine code: the Consent is accepted.
ACCEPTED = ""
#: Situations in the error catalogue that depend on what the server stores, which the validator
#: cannot know.
STORE_SITUATIONS = ("duplicate",)

_THREADS = 2
_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class ServerVerdict:
    """A server's response to the POST of one Consent, and what $validate and the validator say of
    it.

    `code` is empty if the server accepts the Consent, or would but for what it stores;
    `diagnostics` is empty if the server accepts it. `operation_codes` are those of the errors that
    $validate reports: at most one, if all is well.
    """

    mutated: MutatedConsent
    status: int
    code: str
    diagnostics: str
    operation_codes: frozenset[str]
    findings: tuple[Finding, ...]

    @property
    def is_duplicate(self) -> bool:
        """Whether the server refused the Consent only for one that it already stores."""
        return self.code == ACCEPTED and self.status != httpx.codes.CREATED

    @property
    def validator_codes(self) -> set[str]:
        """The codes of the validator's findings: at most one, if all is well."""
        return {one.code or "no code" for one in self.findings if one.invalidates}

    @property
    def agrees(self) -> bool:
        """Whether server, $validate and validator agree."""
        expected = {self.code} if self.code else set()
        return self.validator_codes == expected == self.operation_codes

    def __str__(self) -> str:
        validator = ", ".join(sorted(self.validator_codes)) or "accepts"
        operation = ", ".join(sorted(self.operation_codes)) or "accepts"
        return (
            f"{self.mutated.name}: the server answers {self.status} {self.code} "
            f"({self.diagnostics}); $validate: {operation}; the validator: {validator}"
        )


def compare_with_server(
    edition: Edition, corpus: Iterable[MutatedConsent], base_url: str, validator: Validator
) -> list[ServerVerdict]:
    """Post each Consent to the server, to its $validate, and validate it. The server stores those
    that it accepts.

    Raises httpx.HTTPError if the server does not respond.
    """
    store_codes = {edition.answer_to(situation).code for situation in STORE_SITUATIONS}

    def compare(mutated: MutatedConsent) -> ServerVerdict:
        body = json.dumps(mutated.consent)
        response = http.post("/Consent", content=body)
        operation = frozenset(_error_codes(http.post("/Consent/$validate", content=body)))
        code, diagnostics = ACCEPTED, ""
        if response.status_code != httpx.codes.CREATED:
            issue = response.json()["issue"][0]
            diagnostics = issue["diagnostics"]
            code = issue["details"]["coding"][0]["code"]
            code = ACCEPTED if code in store_codes else code
        findings = validator.check_text(body).findings
        return ServerVerdict(mutated, response.status_code, code, diagnostics, operation, findings)

    headers = {"Content-Type": JSON, "Accept": JSON}

    with (
        httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS) as http,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        return list(threads.map(compare, corpus))


def _error_codes(response: httpx.Response) -> Iterator[str]:
    """The Spine codes of the errors in an outcome, whatever its status."""
    for issue in response.json()["issue"]:
        if issue["severity"] in ("error", "fatal"):
            yield issue["details"]["coding"][0]["code"]


def incomplete_findings(verdicts: Iterable[ServerVerdict]) -> Iterator[Finding]:
    """Findings that refuse a Consent but name no requirement or no code."""
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.invalidates and not (finding.requirement and finding.code):
                yield finding


def counts(verdicts: Iterable[ServerVerdict]) -> Counter[str]:
    """Number of Consents by the server's code; the empty code means accepted."""
    return Counter(one.code for one in verdicts)
