"""What an example is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

#: The base URL, the id and the time that stand in examples for those of a real server.
BASE_URL = "https://ndop.example.nhs.uk/fhir"

Kind = Literal["opt-out", "change", "sample", "read", "search", "history", "outcome", "invalid"]
Media = Literal["json", "xml"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends: `path` is below the base URL, with its query.

    `body` is text, or None where there is none or the example itself is the body; `padding` is how
    many blanks follow it.
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an invalid example.

    `rule` says where the rule stands: an element id and what of it is broken, or an invariant.
    `conforms`: the validator accepts it, as the profile says nothing against it.
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
    """One example, which becomes a file for each form.

    `name` is its file without ending, `resource` what it holds; `raw` is the bytes of one that is
    no resource, by ending. `one_of` names what it is an example of: the first of each is committed
    for people to read. `request` is what an answer answers, or how a resource is sent; an
    answer without one takes more than a request. `needs` are the settings of the server without
    which it answers otherwise.
    """

    name: str
    kind: Kind
    shows: str
    one_of: str
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
