"""An edition's API as an OpenAPI description (3.1): for clients, gateways and fuzzers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ndop.consents.nhs_numbers import EXAMPLE_NHS_NUMBER
from ndop.editions import Edition
from ndop.editions.model import CatalogueEntry, Operation
from ndop.profiles.consent_schema import COMPONENTS, Schema, schema_of

#: The description's name in profiles/generated/<edition>, in the package and on the server.
FILE_NAME = "openapi.json"
#: The operation id for metadata, which every edition has and no list of interactions mentions.
CAPABILITIES = "capabilities"

_TEXT: Schema = {"type": "string"}
#: The value of a parameter.
_VALUE: Schema = {"type": "string", "minLength": 1}
_UUID: Schema = {
    "type": "string",
    "format": "uuid",
    "examples": ["3b1f6c4e-8d25-4f0a-9c77-5d1e2a6b8f90"],
}
_PRINTABLE: Schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
#: The id of a system or an interaction.
_VISIBLE: Schema = {"type": "string", "pattern": r"^[!-~]{1,100}$", "examples": ["200000000205"]}
_VERSION: Schema = {"type": "string", "pattern": r"^[1-9]\d{0,5}$"}
_NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": 999999}
#: An instant (FHIR STU3, http.html#history).
_SINCE: Schema = {
    "type": "string",
    "pattern": r"^20\d\d-0[1-9]-[01][1-9]T[01]\d:[0-5]\d:[0-5]\dZ$",
    "examples": ["2026-01-31T09:30:00Z"],
}
_ETAG = {"description": "The version, as If-Match takes it.", "schema": _TEXT}
_SITUATION = "issue."
_PARAMETERS_RESOURCE = "Parameters"
#: The answer of $validate.
_REPORT = "ValidationReport"
#: The component that describes the answer of each operation.
_ANSWERS = {
    "validate": _REPORT,
    "expand": "ValueSet",
    "validate-code": _PARAMETERS_RESOURCE,
    "lookup": _PARAMETERS_RESOURCE,
}


def describe(edition: Edition) -> dict[str, Any]:
    """The OpenAPI description; its paths are relative to the base URL of the API."""
    contact = edition.publication.contact
    description: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": edition.title,
            "summary": edition.capability.description,
            "description": edition.summary,
            "version": edition.version,
            "contact": {"name": contact.name, "email": contact.email},
        },
        "servers": [{"url": "fhir", "description": "The API beside this description."}],
        "paths": _Paths(edition).paths(),
        "components": {
            "schemas": _schemas(edition),
            "parameters": dict(_parameters(edition)),
            "securitySchemes": {"token": _token(edition)},
        },
        # Whether tokens are required depends on the deployment.
        "security": [{}, {"token": []}],
    }
    if edition.capability.guide:
        description["externalDocs"] = {"url": edition.capability.guide}
    return description


class _Paths:
    """The paths of an edition's interactions."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._type = edition.consent.type
        trace, from_, to, self._interaction_header = _headers(edition)
        self._headers = _references([trace, from_, to])

    def paths(self) -> dict[str, Any]:
        by_id, type_path = _references(["id"]), f"/{self._type}"
        paths: dict[str, Any] = {"/metadata": {"get": self._capabilities()}}
        for code, path, method, operation in (
            ("search-type", type_path, "get", self._search()),
            ("create", type_path, "post", self._write("Register a preference", "201")),
            ("history-type", f"{type_path}/_history", "get", self._patient_history()),
            ("read", f"{type_path}/{{id}}", "get", self._read("Read a Consent", by_id)),
            ("update", f"{type_path}/{{id}}", "put", self._write("Change a preference", "200")),
            (
                "history-instance",
                f"{type_path}/{{id}}/_history",
                "get",
                self._bundle("The versions of a Consent", [*by_id, *_references(_PAGING)]),
            ),
            (
                "vread",
                f"{type_path}/{{id}}/_history/{{versionId}}",
                "get",
                self._read("Read a version of a Consent", _references(["id", "versionId"])),
            ),
        ):
            if code in self._edition.interactions:
                operation["responses"].update(self._error_responses(code))
                operation["parameters"].append(self._interaction_id(code))
                paths.setdefault(path, {})[method] = {"operationId": code, **operation}
        for resource_type in self._edition.conformance.types:
            paths.update(self._conformance_paths(resource_type))
        for one in self._edition.conformance.operations:
            paths.update(self._operation_paths(one))
        return paths

    def _conformance_paths(self, resource_type: str) -> dict[str, Any]:
        """Read and search of one type of conformance resource (NDOP-206)."""
        parameters = [
            {"name": name, "in": "query", "schema": _TEXT}
            for name in self._edition.conformance.search
        ]
        search = self._bundle(f"Find a {resource_type}", parameters)
        search["responses"].update(self._error_responses("search-type"))
        read = self._operation(f"Read a {resource_type}", _references(["id"]))
        read["responses"]["200"] = self._response("The artefact", resource_type)
        read["responses"].update(self._error_responses("read"))
        return {
            f"/{resource_type}": {"get": {"operationId": f"search-{resource_type}", **search}},
            f"/{resource_type}/{{id}}": {"get": {"operationId": f"read-{resource_type}", **read}},
        }

    def _operation_paths(self, operation: Operation) -> dict[str, Any]:
        """An operation, on the type and on one resource, by each method (NDOP-207, NDOP-208)."""
        paths: dict[str, Any] = {}
        for level in operation.levels:
            on_instance = level == "instance"
            path = f"/{operation.type}{'/{id}' if on_instance else ''}/${operation.name}"
            for method in operation.methods:
                described = self._operation(
                    f"${operation.name} of {operation.type}",
                    [
                        *(_references(["id"]) if on_instance else []),
                        *(self._operation_parameters(operation, level, method)),
                    ],
                )
                if method == "POST":
                    described["requestBody"] = {
                        "required": True,
                        "content": self._content(*self._bodies(operation, level)),
                    }
                described["responses"]["200"] = self._response(
                    "The answer", _ANSWERS[operation.name]
                )
                described["responses"].update(self._error_responses("operation"))
                paths.setdefault(path, {})[method.lower()] = {
                    "operationId": f"{operation.name}-{operation.type}-{level}-{method.lower()}",
                    **described,
                }
        return paths

    def _operation_parameters(
        self, operation: Operation, level: str, method: str
    ) -> Iterator[Schema]:
        """Those of the URL; a call by POST has what is required in the body instead."""
        for name in operation.parameters:
            required = method == "GET" and name in _required(operation, level)
            if method == "GET" or not operation.required:
                yield {
                    "name": name,
                    "in": "query",
                    "required": required,
                    "schema": self._value_of(name),
                }

    def _value_of(self, parameter: str) -> Schema:
        values: dict[str, Schema] = {
            "mode": {"enum": ["create", "update"]},
            "profile": {"const": self._edition.consent.url},
            "offset": _NUMBER,
            "count": _NUMBER,
        }
        return values.get(parameter, _VALUE)

    def _bodies(self, operation: Operation, level: str) -> list[str]:
        """The components that describe what an operation takes."""
        parameters = _parameters_component(operation, level)
        consents = [self._edition.consent.id] if operation.type == self._type else []
        return [*consents, parameters]

    def _interaction_id(self, code: str) -> Schema:
        """The header that names what a request does, which must not name anything else."""
        ids = self._edition.audit.interaction_ids
        schema = _VISIBLE
        if ids and code == CAPABILITIES:
            schema = {"const": ids.capabilities, "examples": [ids.capabilities]}
        elif ids:
            words = next((words for words in ids.operations.values() if code in words), [code])
            named = [
                f"{ids.service}fhir:rest:{word}:{self._type.lower()}"
                for word in dict.fromkeys([code, *words])
            ]
            schema = {"enum": named, "examples": named[:1]}
        aliases = _headers(self._edition)[self._interaction_header]
        return _header(self._interaction_header, aliases, schema)

    def _capabilities(self) -> dict[str, Any]:
        operation = self._operation("What the server does", [])
        operation["responses"]["200"] = self._response("The statement", "CapabilityStatement")
        operation["responses"].update(self._error_responses(CAPABILITIES))
        operation["parameters"].append(self._interaction_id(CAPABILITIES))
        return {"operationId": CAPABILITIES, **operation}

    def _search(self) -> dict[str, Any]:
        search = self._edition.search
        parameters: list[Schema] = [
            {
                "name": name,
                "in": "query",
                "description": f"{parameter.definition} ({parameter.type})",
                "required": search.one_of == [name],
                **self._searched(parameter.identity),
            }
            for name, parameter in search.parameters.items()
        ]
        operation = self._bundle(
            "Look up a patient", [*parameters, *_references(["_count", "_offset"])]
        )
        if len(search.one_of) > 1:
            operation["description"] = f"Asks for one of {', '.join(search.one_of)}."
        return operation

    def _searched(self, identity: str | None) -> Schema:
        """The schema of a search parameter; of the patient with an example."""
        if identity is None:
            return {"schema": _VALUE}
        example = self._edition.patient.reference_to(EXAMPLE_NHS_NUMBER)
        return {
            "schema": _VALUE,
            "example": example,
        }

    def _patient_history(self) -> dict[str, Any]:
        history = self._edition.history
        if history is None:
            return self._bundle("", [])
        by = self._edition.search.parameters[history.by]
        parameters: list[Schema] = [
            {
                "name": history.by,
                "in": "query",
                "required": True,
                **self._searched(by.identity),
            },
            *(
                {"name": name, "in": "query", "schema": schema}
                for name, schema in (
                    (history.version, _VERSION),
                    *((name, _VALUE) for name in history.filters),
                )
                if name
            ),
        ]
        return self._bundle("The history of a patient", [*parameters, *_references(_PAGING)])

    def _bundle(self, summary: str, parameters: list[Schema]) -> dict[str, Any]:
        operation = self._operation(summary, parameters)
        operation["responses"]["200"] = self._response("What was found", "Bundle")
        return operation

    def _read(self, summary: str, parameters: list[Schema]) -> dict[str, Any]:
        operation = self._operation(summary, parameters)
        operation["responses"]["200"] = {
            **self._response("The Consent", self._edition.consent.id),
            "headers": {"ETag": _ETAG},
        }
        operation["responses"]["304"] = {"description": "The client has this version."}
        return operation

    def _write(self, summary: str, status: str) -> dict[str, Any]:
        creates = status == "201"
        parameters = [] if creates else _references(["id", "If-Match"])
        operation = self._operation(summary, [*parameters, *_references(["Prefer"])])
        operation["requestBody"] = {
            "required": True,
            "content": self._content(self._edition.consent.id),
        }
        situation = "created" if creates else "updated"
        response = self._response("Stored", self._edition.consent.id, _SITUATION + situation)
        headers = {"ETag": _ETAG, "Location": {"description": "Its version.", "schema": _TEXT}}
        operation["responses"][status] = {
            **response,
            "headers": headers if creates else {"ETag": _ETAG},
        }
        return operation

    def _operation(self, summary: str, parameters: list[Schema]) -> dict[str, Any]:
        return {
            "summary": summary,
            "parameters": [*parameters, *_references(_FORMAT), *self._headers],
            "responses": {},
        }

    def _error_responses(self, interaction: str) -> dict[str, Any]:
        """The errors of the catalogue that can be the response to an interaction, by status."""
        by_status: dict[int, dict[str, CatalogueEntry]] = {}
        for situation, entry in sorted(self._edition.errors.items()):
            applies = entry.interactions is None or interaction in entry.interactions
            if entry.status >= 400 and applies:
                by_status.setdefault(entry.status, {})[situation] = entry
        concepts = self._edition.error_codes.concepts
        return {
            str(status): {
                "description": ". ".join(
                    dict.fromkeys(f"{one.code}: {concepts[one.code]}" for one in entries.values())
                ),
                "content": self._content(*(f"{_SITUATION}{name}" for name in entries)),
            }
            for status, entries in sorted(by_status.items())
        }

    def _response(self, description: str, *schemas: str) -> dict[str, Any]:
        return {"description": description, "content": self._content(*schemas)}

    def _content(self, *schemas: str) -> dict[str, Any]:
        """The content in each format; for JSON with its schema, or those of its issues."""
        issues = [one for one in schemas if one.startswith(_SITUATION)]
        others = [one for one in schemas if not one.startswith(_SITUATION)]
        if issues:
            outcome: Schema = {
                "$ref": f"{COMPONENTS}OperationOutcome",
                "properties": {
                    "issue": {"items": {"anyOf": [{"$ref": COMPONENTS + one} for one in issues]}}
                },
            }
            schema: Schema = {"anyOf": [*({"$ref": COMPONENTS + one} for one in others), outcome]}
        elif len(others) > 1:
            schema = {"anyOf": [{"$ref": COMPONENTS + one} for one in others]}
        else:
            schema = {"$ref": COMPONENTS + others[0]}
        return {
            form: {"schema": schema} if form.endswith("json") else {}
            for form in self._edition.capability.formats
        }


def _schemas(edition: Edition) -> dict[str, Any]:
    structures = [
        one for one in edition.structures if one.type in (edition.consent.type, "Extension")
    ]
    return {
        **{one.id: schema_of(edition, one) for one in structures},
        "Bundle": {
            "type": "object",
            "properties": {
                "resourceType": {"const": "Bundle"},
                "type": {"enum": ["searchset", "history"]},
                "total": {"type": "integer", "minimum": 0},
                "entry": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["resourceType", "total", "type"],
        },
        **dict(_parameters_bodies(edition)),
        **{
            name: {
                "type": "object",
                "properties": {"resourceType": {"const": name}},
                "required": ["resourceType"],
            }
            for name in sorted(
                {"CapabilityStatement", _PARAMETERS_RESOURCE, *edition.conformance.types}
            )
        },
        _REPORT: {
            "type": "object",
            "properties": {
                "resourceType": {"const": "OperationOutcome"},
                "issue": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {
                            "severity": {"enum": ["fatal", "error", "warning", "information"]},
                            "diagnostics": {"type": "string", "minLength": 1},
                            "expression": {"type": "array", "items": _TEXT},
                        },
                        "required": ["code", "diagnostics", "severity"],
                    },
                },
            },
            "required": ["issue", "resourceType"],
        },
        "OperationOutcome": {
            "type": "object",
            "properties": {
                "resourceType": {"const": "OperationOutcome"},
                "issue": {"type": "array", "minItems": 1, "items": {"$ref": f"{COMPONENTS}issue"}},
            },
            "required": ["issue", "resourceType"],
        },
        "issue": {
            "type": "object",
            "properties": {"diagnostics": {"type": "string", "minLength": 1}},
            "required": ["code", "details", "diagnostics", "severity"],
        },
        **{
            f"{_SITUATION}{situation}": _issue(edition, entry)
            for situation, entry in sorted(edition.errors.items())
        },
    }


def _issue(edition: Edition, entry: CatalogueEntry) -> Schema:
    """An issue of one situation of the catalogue (NDOP-134, NDOP-135)."""
    codes = edition.error_codes
    coding = {
        "system": {"const": codes.url},
        "code": {"const": entry.code},
        "display": {"const": codes.concepts[entry.code]},
    }
    return {
        "properties": {
            "severity": {"const": entry.severity},
            "code": {"const": entry.issue},
            "details": {
                "properties": {
                    "coding": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": {"properties": coding, "required": sorted(coding)},
                    }
                },
                "required": ["coding"],
            },
        },
        "required": ["code", "details", "severity"],
    }


#: Parameters of FHIR itself (http.html, search.html), which no edition lists.
_FORMAT = ("_format", "_pretty")
_PAGING = ("_count", "_offset", "_since")
_RETURNS = ("minimal", "representation", "OperationOutcome")


def _parameters(edition: Edition) -> Iterator[tuple[str, Schema]]:
    for name, schema in (
        ("_format", _format(edition)),
        ("_pretty", {"type": "string", "enum": ["true", "false"], "examples": ["true"]}),
        ("_count", _NUMBER),
        ("_offset", _NUMBER),
        ("_since", _SINCE),
    ):
        yield name, {"name": name, "in": "query", "schema": schema}
    identifier = {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"}
    for name in ("id", "versionId"):
        yield name, {"name": name, "in": "path", "required": True, "schema": identifier}
    yield "If-Match", _header("If-Match", [], {"type": "string", "pattern": r'^W/"[1-9]\d{0,5}"$'})
    yield "Prefer", _header("Prefer", [], {"enum": [f"return={one}" for one in _RETURNS]})
    schemas = (_UUID, _VISIBLE, _VISIBLE)
    for (name, others), schema in zip(_headers(edition).items(), schemas, strict=False):
        yield name, _header(name, others, schema)


def _header(name: str, aliases: list[str], schema: Schema) -> Schema:
    text = f"Also understood: {', '.join(aliases)}." if aliases else ""
    return {"name": name, "in": "header", "description": text, "schema": schema}


def _required(operation: Operation, level: str) -> list[str]:
    """What a call has to name; a resource has its URL, and a code system its own."""
    return [name for name in operation.required if level == "type" or name != "url"]


def _parameters_component(operation: Operation, level: str) -> str:
    return f"{_PARAMETERS_RESOURCE}-{operation.name}-{operation.type}-{level}"


def _parameters_bodies(edition: Edition) -> Iterator[tuple[str, Schema]]:
    """The body of each operation: what it has to name, in this order."""
    for operation in edition.conformance.operations:
        for level in operation.levels:
            named = [
                {
                    "type": "object",
                    "properties": {"name": {"const": name}, _value_types(name): _PRINTABLE},
                    "required": ["name", _value_types(name)],
                    "additionalProperties": False,
                }
                for name in _required(operation, level)
            ]
            if operation.type == edition.consent.type:
                consent = {"$ref": COMPONENTS + edition.consent.id}
                named = [
                    {
                        "type": "object",
                        "properties": {"name": {"const": "resource"}, "resource": consent},
                        "required": ["name", "resource"],
                        "additionalProperties": False,
                    }
                ]
            parameters: Schema = {"type": "array", "maxItems": len(named)}
            if named:
                parameters.update(prefixItems=named, minItems=len(named))
            yield (
                _parameters_component(operation, level),
                {
                    "type": "object",
                    "properties": {
                        "resourceType": {"const": _PARAMETERS_RESOURCE},
                        "parameter": parameters,
                    },
                    "required": ["resourceType", *(["parameter"] if named else [])],
                    "additionalProperties": False,
                },
            )


def _value_types(parameter: str) -> str:
    return "valueCode" if parameter == "code" else "valueUri"


def _format(edition: Edition) -> Schema:
    """Media types, and FHIR's short names of them."""
    names = ["json", "xml", *edition.capability.formats]
    return {"type": "string", "enum": names, "examples": names[:1]}


def _references(names: tuple[str, ...] | list[str]) -> list[Schema]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _headers(edition: Edition) -> dict[str, list[str]]:
    """Audit headers by the name that clients send, with their aliases."""
    names = edition.audit.headers
    return {
        first: others for first, *others in (names.trace, names.from_, names.to, names.interaction)
    }


def _token(edition: Edition) -> Schema:
    """The security scheme of tokens: how they are sent, and their claims."""
    first, *others = edition.audit.headers.token
    claims = ", ".join(
        f"{name}{'' if claim.required else ' (optional)'}"
        for name, claim in edition.audit.claims.items()
    )
    text = f"Claims: {claims}." if claims else ""
    if others:
        text = f"Also understood in {', '.join(others)}. {text}".strip()
    if first.lower() == "authorization":
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": text}
    return {"type": "apiKey", "in": "header", "name": first, "description": text}
