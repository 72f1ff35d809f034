"""Renders FHIR artefacts in XML, differentials only, from templates and an edition's facts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

from ndop.editions import Edition
from ndop.system.errors import BuildError

#: The FHIR release of every edition.
FHIR_VERSION = "3.0.1"


@dataclass(frozen=True, slots=True)
class RenderedArtefact:
    """One artefact as XML text. `file_stem` is `<resource type>-<id>`."""

    file_stem: str
    xml: str


def render(edition: Edition, templates: Path) -> list[RenderedArtefact]:
    """Render every artefact of an edition, in a stable order.

    Raises BuildError, naming template and line, if a template is wrong or uses a fact that the
    edition does not have.
    """
    environment = _environment(edition, templates)
    artefacts = []
    for file_stem, template, variables in _plan(edition):
        try:
            xml = environment.get_template(f"{template}.xml.j2").render(variables)
        except jinja2.TemplateSyntaxError as error:
            raise BuildError(f"{error.filename}:{error.lineno}: {error.message}") from error
        except (jinja2.TemplateError, KeyError, AttributeError) as error:
            raise BuildError(
                f"{_template_line(error, templates, template)}: cannot render {file_stem}: {error}"
            ) from error
        artefacts.append(RenderedArtefact(file_stem, xml))
    return artefacts


def _plan(edition: Edition) -> Iterator[tuple[str, str, dict[str, object]]]:
    for structure in edition.structures:
        yield f"StructureDefinition-{structure.id}", "StructureDefinition", {"structure": structure}
    for value_set in edition.value_sets:
        yield f"ValueSet-{value_set.id}", "ValueSet", {"value_set": value_set}
    for code_system in edition.code_systems:
        yield f"CodeSystem-{code_system.id}", "CodeSystem", {"code_system": code_system}
    for parameter in edition.identity.parameters:
        variables: dict[str, object] = {"parameter": parameter, "components": []}
        yield f"SearchParameter-{parameter.id}", "SearchParameter", variables
    variables = {"parameter": edition.identity, "components": edition.identity.parameters}
    yield f"SearchParameter-{edition.identity.id}", "SearchParameter", variables
    statement = f"CapabilityStatement-{edition.capability.id}"
    yield statement, "CapabilityStatement", {"kind": "requirements"}
    yield f"{statement}-served", "CapabilityStatement", {"kind": "instance"}
    yield f"ImplementationGuide-{edition.package}", "ImplementationGuide", {}


def _environment(edition: Edition, templates: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(edition=edition, fhir_version=FHIR_VERSION)
    environment.filters.update(
        element_path=element_path,
        slice_name=slice_name,
        urn=lambda url: uuid.uuid5(uuid.NAMESPACE_URL, f"{url}/served").urn,
        guide_url=guide_url,
        value_set_url=lambda value_set: (
            value_set if value_set.startswith("http") else edition.value_set(value_set).url
        ),
    )
    return environment


def guide_url(edition: Edition) -> str:
    """The canonical URL of the edition's ImplementationGuide, which has no address on the web."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{edition.package}/guide").urn


def element_path(element_id: str) -> str:
    """The path of an element id: `Extension.valueString` for `Extension.value[x]:valueString`.

    FHIR STU3, elementdefinition.html#id: an id is the path with slice names after colons.
    """
    steps = []
    for step in element_id.split("."):
        name, _, slice_of = step.partition(":")
        steps.append(slice_of if name.endswith("[x]") and slice_of else name)
    return ".".join(steps)


def slice_name(element_id: str) -> str | None:
    """The name of the slice that an element id refers to, or None."""
    return element_id.rpartition(".")[2].partition(":")[2] or None


def _template_line(error: BaseException, templates: Path, template: str) -> str:
    """`file:line` of the innermost template line in the traceback."""
    place = str(templates / f"{template}.xml.j2")
    traceback = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            place = f"{file}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
