"""The corpus before the offline validator and before a server of the edition: whether both accept
a Consent, or refuse it with the same Spine code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from ndop.assurance.parity.mutations import Mutated
from ndop.editions import Edition
from ndop.fhir.media_types import JSON
from ndop.validation import Finding, Validator

#: The code of a Consent that is accepted.
ACCEPTED = ""
#: Refusals that are about what else a server stores, which no validator can know.
OF_THE_STORE = ("duplicate",)

_AT_ONCE = 2
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Served:
    """One Consent: status and code of a server's answer to its POST, and the validator's findings.

    `code` is empty where the server accepts the Consent, or would but for what it stores.
    """

    mutated: Mutated
    status: int
    code: str
    told: str
    findings: tuple[Finding, ...]

    @property
    def is_known(self) -> bool:
        """Whether the server has a Consent of this identity already."""
        return self.code == ACCEPTED and self.status != httpx.codes.CREATED

    @property
    def codes_of_validator(self) -> set[str]:
        """The codes that its findings name: one at most, if all is well."""
        return {one.code or "no code" for one in self.findings if one.invalidates}

    @property
    def agreed(self) -> bool:
        """Whether the validator says what the server says."""
        return self.codes_of_validator == ({self.code} if self.code else set())

    def __str__(self) -> str:
        offline = ", ".join(sorted(self.codes_of_validator)) or "accepts"
        return (
            f"{self.mutated.name}: the server answers {self.status} {self.code} ({self.told}); "
            f"the validator: {offline}"
        )


def ask(
    edition: Edition, corpus: Iterable[Mutated], base_url: str, validator: Validator
) -> list[Served]:
    """What both say of each Consent. The server keeps those that it accepts.

    Raises httpx.HTTPError: it does not answer.
    """
    duplicates = {edition.errors[situation].code for situation in OF_THE_STORE}

    def both(mutated: Mutated) -> Served:
        body = json.dumps(mutated.consent)
        answer = http.post("/Consent", content=body, headers={"Content-Type": JSON, "Accept": JSON})
        findings = validator.check_text(body).findings
        if answer.status_code == httpx.codes.CREATED:
            return Served(mutated, answer.status_code, ACCEPTED, "", findings)
        issue = answer.json()["issue"][0]
        code = issue["details"]["coding"][0]["code"]
        code = ACCEPTED if code in duplicates else code
        return Served(mutated, answer.status_code, code, issue["diagnostics"], findings)

    with (
        httpx.Client(base_url=base_url, timeout=_SECONDS) as http,
        ThreadPoolExecutor(_AT_ONCE) as threads,
    ):
        return list(threads.map(both, corpus))


def unexplained(served: Iterable[Served]) -> Iterator[Finding]:
    """Findings that refuse and yet name no requirement or no code."""
    for one in served:
        for finding in one.findings:
            if finding.invalidates and not (finding.requirement and finding.code):
                yield finding


def counts(served: Iterable[Served]) -> Counter[str]:
    """Number of Consents by the code of the server's answer; empty: accepted."""
    return Counter(one.code for one in served)
