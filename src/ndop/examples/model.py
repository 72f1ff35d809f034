"""An example: a Consent, or a response, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

#: The base URL in examples, in place of a real server's.
BASE_URL = "https://ndop.example.nhs.uk/fhir"

Kind = Literal["opt-out", "change", "sample", "read", "search", "history", "outcome", "invalid"]
Media = Literal["json", "xml"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `path` is relative to the base URL and includes the query.

    `body` is None if there is none, or if the example itself is the body; `padding` is the number
    of spaces after it.
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a server responds to an invalid example, and why.

    `rule` is the invariant that is broken, or an element id and how its constraint is broken.
    `conforms`: it satisfies the profile nevertheless, so the validator accepts it.
    """

    requirement: str
    rule: str
    status: int
    severity: str
    issue: str
    code: str
    conforms: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One example, which becomes a file for each format.

    `name` is the file name without suffix, `resource` the content; an example that is not a
    resource has its bytes in `raw`, by suffix. `category` is what it is an example of: the first of
    each category is committed for people to read. `request` is the one that a response is to, or
    the one that sends a resource; None for a response that no single request provokes. `needs` are
    the settings that a server must have to respond like this.
    """

    name: str
    kind: Kind
    shows: str
    category: str
    resource: dict[str, Any] = field(default_factory=dict)
    raw: dict[Media, bytes] = field(default_factory=dict)
    request: Request | None = None
    status: int | None = None
    needs: dict[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None

    @property
    def folder(self) -> str:
        """`valid` or `invalid`."""
        return "valid" if self.verdict is None else "invalid"
