"""Verdicts of a server and of the offline validator on the corpus.

Both must accept a Consent, or refuse it with the same Spine code.
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
    """A server's response to the POST of one Consent, and the validator's findings on it.

    `code` is empty if the server accepts the Consent, or would but for what it stores;
    `diagnostics` is empty if the server accepts it.
    """

    mutated: MutatedConsent
    status: int
    code: str
    diagnostics: str
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
        """Whether server and validator agree."""
        return self.validator_codes == ({self.code} if self.code else set())

    def __str__(self) -> str:
        validator = ", ".join(sorted(self.validator_codes)) or "accepts"
        return (
            f"{self.mutated.name}: the server answers {self.status} {self.code} "
            f"({self.diagnostics}); the validator: {validator}"
        )


def compare_with_server(
    edition: Edition, corpus: Iterable[MutatedConsent], base_url: str, validator: Validator
) -> list[ServerVerdict]:
    """Post each Consent to the server and validate it. The server stores those that it accepts.

    Raises httpx.HTTPError if the server does not respond.
    """
    store_codes = {edition.answer_to(situation).code for situation in STORE_SITUATIONS}

    def compare(mutated: MutatedConsent) -> ServerVerdict:
        body = json.dumps(mutated.consent)
        response = http.post(
            "/Consent", content=body, headers={"Content-Type": JSON, "Accept": JSON}
        )
        findings = validator.check_text(body).findings
        if response.status_code == httpx.codes.CREATED:
            return ServerVerdict(mutated, response.status_code, ACCEPTED, "", findings)
        issue = response.json()["issue"][0]
        code = issue["details"]["coding"][0]["code"]
        code = ACCEPTED if code in store_codes else code
        return ServerVerdict(mutated, response.status_code, code, issue["diagnostics"], findings)

    with (
        httpx.Client(base_url=base_url, timeout=_TIMEOUT_SECONDS) as http,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        return list(threads.map(compare, corpus))


def incomplete_findings(verdicts: Iterable[ServerVerdict]) -> Iterator[Finding]:
    """Findings that refuse a Consent but name no requirement or no code."""
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.invalidates and not (finding.requirement and finding.code):
                yield finding


def counts(verdicts: Iterable[ServerVerdict]) -> Counter[str]:
    """Number of Consents by the server's code; the empty code means accepted."""
    return Counter(one.code for one in verdicts)
