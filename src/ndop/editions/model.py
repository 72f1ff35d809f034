"""The facts of an edition, as pydantic models.

An `Edition` holds one YAML file of profiles/editions together with what it inherits and the shared
facts it uses. Keys are hyphenated in YAML; fields have underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ndop.system.errors import EditionError

Url = Annotated[str, StringConstraints(pattern=r"^(https?://|urn:)\S+$")]
FhirId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
SearchCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9\-]*$")]
FhirDate = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
RequirementId = Annotated[str, StringConstraints(pattern=r"^NDOP-\d{3}$")]
Severity = Literal["fatal", "error", "warning", "information"]
PublicationStatus = Literal["draft", "active", "retired"]

#: Semantic Versioning 2.0.0; a pre-release is alpha, beta or rc (NDOP-202).
SemanticVersion = Annotated[
    str,
    StringConstraints(
        pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(alpha|beta|rc)(\.(0|[1-9]\d*))*)?$"
    ),
]


class Facts(BaseModel):
    """Base of every model here: hyphenated keys, no unknown keys, immutable."""

    model_config = ConfigDict(
        alias_generator=lambda name: name.replace("_", "-"),
        extra="forbid",
        frozen=True,
        populate_by_name=True,
    )


class Contact(Facts):
    """Whom to ask about an artefact."""

    name: str
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Publication(Facts):
    """Metadata of every artefact, unless the artefact overrides it."""

    publisher: str
    contact: Contact
    copyright: str
    status: PublicationStatus
    date: FhirDate


class Packaging(Facts):
    """Who makes the FHIR packages. `dependencies`: the version of each package they build on."""

    author: str
    license: str
    dependencies: dict[str, SemanticVersion]


class StatusMeaning(Facts):
    """Which status of a Consent means what (NDOP-185, NDOP-186)."""

    opted_out: Literal["active", "inactive"]
    sharing: Literal["active", "inactive"]

    @model_validator(mode="after")
    def _two_meanings(self) -> StatusMeaning:
        if self.opted_out == self.sharing:
            raise ValueError("opted-out and sharing must be different statuses")
        return self


class Patient(Facts):
    """How a Consent refers to its patient (D-11)."""

    reference: Annotated[str, StringConstraints(pattern=r"^https?://.*\{nhs_number\}$")]
    pattern: str
    check_digit_invariant: str

    @model_validator(mode="after")
    def _one_group(self) -> Patient:
        try:
            groups = self.form.groups
        except re.error as error:
            raise ValueError(f"pattern must be a regular expression: {error}") from error
        if groups != 1:
            raise ValueError("pattern must have exactly one group, the NHS number")
        if re.search(r"\)[*+{]", self.pattern):
            raise ValueError("pattern repeats a group: a long reference overflows Java's stack")
        return self

    @property
    def form(self) -> re.Pattern[str]:
        """`pattern`, for Python."""
        # \z is Java's and FHIRPath's; Python spells it \Z.
        return re.compile(self.pattern.replace(r"\z", r"\Z"))

    def reference_to(self, nhs_number: str) -> str:
        """The recommended reference to the patient with this NHS number (NDOP-023)."""
        return self.reference.format(nhs_number=nhs_number)


class IdentityParameter(Facts):
    """A search parameter that is part of what makes a Consent unique."""

    id: FhirId
    url: Url
    code: SearchCode
    type: Literal["token", "string", "reference", "uri"]
    expression: str
    description: str


class Identity(Facts):
    """One Consent per value of `parameters` together (D-02)."""

    id: FhirId
    url: Url
    code: SearchCode
    parameters: Annotated[list[IdentityParameter], Field(min_length=1)]


Interaction = Literal[
    "create", "read", "vread", "update", "search-type", "history-instance", "history-type"
]


class SearchParameter(Facts):
    """A parameter that clients may use. `identity` names the identity parameter that answers it, by
    the NHS number at the end of the reference (NDOP-204).
    """

    type: Literal["reference", "token", "date", "string", "uri"]
    definition: Url
    identity: str | None = None

    @model_validator(mode="after")
    def _identity_of_a_reference(self) -> SearchParameter:
        if self.identity is not None and self.type != "reference":
            raise ValueError(
                f"only a parameter of type reference can be answered by an identity parameter, "
                f"but type is {self.type}"
            )
        return self


class Search(Facts):
    """The type-level search. `one_of`: at least one of these is mandatory (NDOP-110)."""

    parameters: Annotated[dict[str, SearchParameter], Field(min_length=1)]
    one_of: list[str] = []


class History(Facts):
    """The type-level history (D-07): the parameter that selects the patient, and its filters."""

    by: str
    version: str | None = None
    filters: list[str] = []


class Operation(Facts):
    """An operation of FHIR that a server can offer on a resource type (NDOP-207, NDOP-208).

    `levels`: on the type, or on one resource. `parameters`: in the URL, or in Parameters as the
    body. `body_parameters`: in Parameters only. `required`: what a call on the type has to name; on
    a resource, which has a URL, the others of them.
    """

    name: SearchCode
    type: str
    definition: Url
    levels: Annotated[list[Literal["type", "instance"]], Field(min_length=1)]
    methods: Annotated[list[Literal["GET", "POST"]], Field(min_length=1)] = ["GET", "POST"]
    parameters: list[str]
    body_parameters: list[str] = []
    required: list[str] = []
    requirement: RequirementId


class Conformance(Facts):
    """What a server can be asked about the profiles it goes by (D-30).

    `search`: the type of each search parameter, which all the resource types have.
    """

    types: Annotated[list[str], Field(min_length=1)]
    interactions: list[Literal["read", "search-type"]]
    search: dict[str, Literal["token", "uri", "string"]]
    operations: list[Operation]


class Capability(Facts):
    """The capability statements, required and served (docs/specification.md, section 8)."""

    id: FhirId
    url: Url
    version: SemanticVersion
    description: str
    guide: Url | None = None
    formats: Annotated[list[str], Field(min_length=1)]
    required_interactions: list[Interaction]
    cors: bool = False
    profile: str | None = None


#: Kinds of access that a token can grant.
Access = Literal["read", "create", "update"]


class Claim(Facts):
    """What an edition requires of one claim in the token (docs/specification.md, section 7.2).

    `form`: text; a URI; seconds since 1970 in UTC; an identifier, written as naming system, pipe
    and value; a reference; or a record, which is a Consent with its patient. `same_as`: equal to
    the first of these claims that is present (the last segment of a reference is enough).
    `scopes`: a space-separated list that contains at least one of those listed for the kind of
    access. `setting`: the setting by which a deployment replaces `one_of`. `header`: equal to that
    header. `names`: whose identity it is. `bounds`: the token gives access to this patient's
    Consents only.
    """

    required: bool = False
    form: Literal["text", "uri", "seconds", "identifier", "reference", "record"] = "text"
    one_of: list[str] = []
    setting: str | None = None
    same_as: list[str] = []
    scopes: dict[Access, list[str]] | None = None
    system: Url | None = None
    value: str | None = None
    header: Literal["from"] | None = None
    names: Literal["system", "user", "patient"] | None = None
    bounds: bool = False
    requirement: RequirementId


HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z\-]*$")]


class HeaderNames(Facts):
    """Names of the audit headers: first the one clients send, then the aliases."""

    token: Annotated[list[HeaderName], Field(min_length=1)]
    trace: Annotated[list[HeaderName], Field(min_length=1)]
    from_: Annotated[list[HeaderName], Field(min_length=1, alias="from")]
    to: Annotated[list[HeaderName], Field(min_length=1)]
    interaction: Annotated[list[HeaderName], Field(min_length=1)]


class InteractionIds(Facts):
    """Interaction ids: the prefix of all of them, and the one for metadata (NDOP-175).

    `operations`: by the kind of access, the words by which the segment of an id names an operation
    that needs it; under none those that the API does not have.
    """

    service: Url
    capabilities: Url
    operations: dict[Access | Literal["none"], list[str]] = {}


class Audit(Facts):
    """Who is calling, and on whose behalf. `lifetime`: maximum lifetime of a token, in seconds."""

    headers: HeaderNames
    interaction_ids: InteractionIds | None = None
    lifetime: Annotated[int, Field(gt=0)] | None = None
    claims: dict[str, Claim]

    @model_validator(mode="after")
    def _known_claims(self) -> Audit:
        for name, claim in self.claims.items():
            for other in claim.same_as:
                if other not in self.claims:
                    raise ValueError(f"claims.{name}.same-as must name claims, found {other!r}")
        return self


class Binding(Facts):
    """A binding to a value set, given by its id in this edition or by its URL in base STU3."""

    strength: Literal["required", "extensible", "preferred", "example"]
    value_set: str
    requirement: RequirementId | None = None


class Invariant(Facts):
    """A rule in FHIRPath."""

    severity: Literal["error", "warning"]
    human: str
    expression: str
    requirement: RequirementId


class Element(Facts):
    """Constraints of a profile on one element, beyond those of the base resource."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | Literal["*"] | None = None
    short: str | None = None
    must_support: bool = False
    slicing: Literal["url"] | None = None
    extension: str | None = None
    type: str | None = None
    targets: list[Url] = []
    fixed: dict[Literal["uri", "string", "code"], str] = {}
    binding: Binding | None = None
    invariants: list[str] = []
    requirement: RequirementId | None = None

    @model_validator(mode="after")
    def _min_not_above_max(self) -> Element:
        if self.min is not None and isinstance(self.max, int) and self.min > self.max:
            raise ValueError(f"min must be <= max, but min {self.min} > max {self.max}")
        return self


class Artefact(Facts):
    """Metadata common to all artefacts."""

    id: FhirId
    url: Url
    version: SemanticVersion
    name: str | None = None
    status: PublicationStatus | None = None
    date: FhirDate | None = None
    description: str


class Structure(Artefact):
    """A StructureDefinition: a profile of a resource or an extension."""

    type: Literal["Consent", "Extension", "OperationOutcome", "CapabilityStatement"]
    context: list[str] = []
    elements: dict[str, Element]

    @property
    def base(self) -> str:
        """URL of the base STU3 definition."""
        return f"http://hl7.org/fhir/StructureDefinition/{self.type}"


class Include(Facts):
    """A part of a value set: a whole code system of the edition, or concepts from other systems."""

    code_system: str | None = None
    systems: list[Url] = []
    concepts: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> Include:
        if (self.code_system is None) == (not self.systems):
            raise ValueError("give either code-system or systems, not both")
        return self


class ValueSet(Artefact):
    """A ValueSet."""

    include: Annotated[list[Include], Field(min_length=1)]


class CodeSystem(Artefact):
    """A complete CodeSystem; `concepts` maps code to display."""

    case_sensitive: bool | None = None
    concepts: Annotated[dict[str, str], Field(min_length=1)]


class Transport(Facts):
    """The versions and cipher suites of TLS, most preferred first, in Java's names (NDOP-170)."""

    protocols: Annotated[list[Literal["TLSv1.2", "TLSv1.3"]], Field(min_length=1)]
    suites: Annotated[list[str], Field(min_length=1)]


class CatalogueEntry(Facts):
    """The answer to one situation (docs/specification.md, section 6.2), and the requirement
    behind it.

    `interactions`: those that can be answered like this; None for all, metadata included.
    """

    status: Annotated[int, Field(ge=200, le=599)]
    severity: Severity = "error"
    issue: str
    code: str
    interactions: list[Interaction | Literal["operation"]] | None = None
    requirement: RequirementId | None = None


class Coding(Facts):
    """A code with its system and display, as it appears in a resource."""

    system: str
    code: str
    display: str


class Upholding(Facts):
    """The MESH address of the national service that applies opt-outs (NDOP-191)."""

    workflow: str
    mailbox: str


class CounterExample(Facts):
    """A Consent that breaks one rule.

    It is a sample with `change`, a JSON merge patch (RFC 7386), applied. `rule` is the invariant it
    breaks, if it breaks one; the example is left out where no structure uses that invariant.
    `situation` is the key in `errors` of the answer. `conforms`: it is valid against the profile
    nevertheless.
    """

    shows: str
    requirement: RequirementId
    rule: str | None = None
    sample: str = "minimal"
    change: dict[str, Any]
    situation: str = "invalid-resource"
    conforms: bool = False


class Edition(Facts):
    """Every fact of one edition of the API.

    `based_on`: the edition it inherits from, then that edition's base, and so on; the YAML gives
    only the first. `sources`: URLs of the works cited in the register of requirements, by name.
    `decisions`: what was decided where those works are silent or contradict each other, by number;
    the reasons are in docs/specification.md, section 10.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
    based_on: list[str] = []
    title: str
    summary: str
    version: SemanticVersion
    package: Annotated[str, StringConstraints(pattern=r"^[a-z0-9\-]+(\.[a-z0-9\-]+)+$")]
    packaging: Packaging
    publication: Publication
    transport: Transport
    status: StatusMeaning
    patient: Patient
    custodian: Url
    channel: str
    proxy: str | None = None
    purposes: Annotated[list[str], Field(min_length=1)]
    identity: Identity
    interactions: Annotated[list[Interaction], Field(min_length=1)]
    search: Search
    history: History | None = None
    capability: Capability
    conformance: Conformance
    audit: Audit
    upholding: Upholding
    sources: dict[str, Url]
    decisions: dict[str, str] = {}
    profile: str
    outcome: str
    invariants: dict[str, Invariant]
    structures: list[Structure]
    value_sets: list[ValueSet]
    code_systems: list[CodeSystem]
    errors: dict[str, CatalogueEntry]
    samples: dict[str, dict[str, Any]]
    counter_examples: dict[str, CounterExample] = {}

    @property
    def lineage(self) -> list[str]:
        """The ids of this edition and of all editions it is based on, nearest first."""
        return [self.id, *self.based_on]

    def answer_to(self, situation: str) -> CatalogueEntry:
        """How a server of the edition answers in a situation. Raises EditionError if it does not
        say.
        """
        if situation not in self.errors:
            raise EditionError(
                f"{self.id}: errors: expected an answer to {situation!r}; found none"
            )
        return self.errors[situation]

    def structure(self, artefact_id: str) -> Structure:
        """The StructureDefinition with this id. Raises KeyError."""
        return _by_id(self.structures, artefact_id)

    def value_set(self, artefact_id: str) -> ValueSet:
        """The ValueSet with this id. Raises KeyError."""
        return _by_id(self.value_sets, artefact_id)

    def code_system(self, artefact_id: str) -> CodeSystem:
        """The CodeSystem with this id. Raises KeyError."""
        return _by_id(self.code_systems, artefact_id)

    @property
    def consent(self) -> Structure:
        """The profile that every Consent of the edition satisfies."""
        return self.structure(self.profile)

    @property
    def error_codes(self) -> CodeSystem:
        """The code system of error codings (D-06). Raises KeyError: the outcome has no binding that
        leads to one.
        """
        details = f"{self.structure(self.outcome).type}.issue.details"
        binding = self.structure(self.outcome).elements[details].binding
        if binding is None:
            raise KeyError(details)
        include = self.value_set(binding.value_set).include[0]
        return self.code_system(str(include.code_system))

    def url(self, artefact_id: str) -> str:
        """Canonical URL of an artefact. Where a value set and a code system share an id, it is the
        code system's, which codings and fixed systems refer to. Raises KeyError.
        """
        for artefacts in (self.structures, self.code_systems, self.value_sets):
            for artefact in artefacts:
                if artefact.id == artefact_id:
                    return artefact.url
        raise KeyError(artefact_id)

    def coding(self, address: str) -> Coding:
        """The coding at `<id>#<code>`, where id is that of a code system or, failing that, of a
        value set. Raises KeyError if there is none.
        """
        artefact_id, _, code = address.partition("#")
        for system in self.code_systems:
            if system.id == artefact_id:
                return Coding(system=system.url, code=code, display=system.concepts[code])
        for include in self.value_set(artefact_id).include:
            if include.code_system is not None:
                return self.coding(f"{include.code_system}#{code}")
            if code in include.concepts:
                return Coding(system=include.systems[0], code=code, display=include.concepts[code])
        raise KeyError(address)

    def purpose_codings(self) -> list[Coding]:
        """The questions a patient can answer, in order."""
        return [self.coding(address) for address in self.purposes]

    def channel_codings(self) -> list[Coding]:
        """The channels by which a preference can reach the service (NDOP-056), in order."""
        return self._codings_of(self.channel)

    def proxy_codings(self) -> list[Coding]:
        """The roles in which a proxy may decide (NDOP-058), in order; empty without proxies."""
        return [] if self.proxy is None else self._codings_of(self.proxy)

    def _codings_of(self, extension: str) -> list[Coding]:
        """The codes allowed by the binding of a coded extension."""
        elements = self.structure(extension).elements.values()
        binding = next(element.binding for element in elements if element.binding is not None)
        return [
            self.coding(f"{include.code_system or binding.value_set}#{code}")
            for include in self.value_set(binding.value_set).include
            for code in (
                self.code_system(include.code_system).concepts
                if include.code_system is not None
                else include.concepts
            )
        ]

    def artefacts(self) -> Iterator[Artefact]:
        """Structures, value sets and code systems, in the order of the YAML."""
        yield from self.structures
        yield from self.value_sets
        yield from self.code_systems

    def constrained(self, path: str) -> Element:
        """The constraints of the Consent profile on an element id. Raises KeyError."""
        return self.consent.elements[path]


A = TypeVar("A", bound=Artefact)


def _by_id(artefacts: list[A], artefact_id: str) -> A:
    for artefact in artefacts:
        if artefact.id == artefact_id:
            return artefact
    raise KeyError(artefact_id)
