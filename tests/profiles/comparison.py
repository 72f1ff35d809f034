"""Compares generated artefacts with the published ones: snapshots element by element, value sets
and code systems concept by concept.

Every difference must be explained by an entry in profiles/differences.yaml, which names the
erratum (E-nn) or decision (D-nn) behind it; an entry that explains nothing is out of date.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml
from pydantic import BaseModel, ConfigDict

from ndop.profiles.definitions import (
    FHIR_NAMESPACE,
    generated_definitions,
    published_definitions,
)

#: What is compared for one element or concept: aspect to value, as text.
Aspects = dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One aspect of one element in which the published and the generated artefact differ.

    `dead`: the published element, or an ancestor, has max 0, so it can never apply. `spelt_out`:
    the published snapshot lists a child of a data type that its differential does not mention, so
    it only repeats the type's definition.
    """

    artefact: str
    element: str
    aspect: str
    published: str
    generated: str
    dead: bool = False
    spelt_out: bool = False

    def __str__(self) -> str:
        return (
            f"{self.artefact}: {self.element}: {self.aspect}: "
            f"published {self.published or 'nothing'}, generated {self.generated or 'nothing'}"
        )


class Explanation(BaseModel):
    """An entry of profiles/differences.yaml. `artefact`, `elements` and `aspects` may be globs; the
    other fields narrow the entry if present. `renamed` is the generated artefact with which a
    published one of a different URL is compared.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: str
    artefact: str
    elements: tuple[str, ...] = ("*",)
    aspects: tuple[str, ...] = ("*",)
    published: str | None = None
    generated: str | None = None
    dead: bool = False
    spelt_out: bool = False
    renamed: str | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether it explains the difference."""
        return (
            fnmatch.fnmatchcase(difference.artefact, self.artefact)
            and any(_matches(difference.element, pattern) for pattern in self.elements)
            and any(fnmatch.fnmatchcase(difference.aspect, one) for one in self.aspects)
            and self.published in (None, difference.published)
            and self.generated in (None, difference.generated)
            and (difference.dead or not self.dead)
            and (difference.spelt_out or not self.spelt_out)
        )


@dataclass(slots=True)
class Comparison:
    """The result for one edition."""

    elements: int = 0
    explained: dict[str, list[Difference]] = field(default_factory=dict)
    unexplained: list[Difference] = field(default_factory=list)
    unused: list[Explanation] = field(default_factory=list)


def compare(published: Path, generated: Path, explanations: Sequence[Explanation]) -> Comparison:
    """Compare the published XML artefacts below a folder with generated JSON ones.

    Published artefacts without a generated counterpart (and the other way round) are
    differences too, of the aspect `artefact`.
    """
    renamed = {one.artefact: one.renamed for one in explanations if one.renamed}
    sources = {renamed.get(key, key): content for key, content in _published(published)}
    theirs = {key: _aspects(content) for key, content in sources.items()}
    ours = {key: _aspects(content) for key, content in _generated(generated)}
    constrained = {key: _constrained_paths(content) for key, content in sources.items()}
    outcome = Comparison()
    used: set[Explanation] = set()
    found = _differences(theirs, ours, constrained, outcome)
    for difference in itertools.chain(_renamings(renamed, ours), found):
        explanation = next((one for one in explanations if one.covers(difference)), None)
        if explanation is None:
            outcome.unexplained.append(difference)
        else:
            used.add(explanation)
            outcome.explained.setdefault(explanation.because, []).append(difference)
    outcome.unused = [one for one in explanations if one not in used]
    return outcome


def read_explanations(file: Path, edition_id: str) -> list[Explanation]:
    """The entries of profiles/differences.yaml for one edition."""
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))[edition_id]
    return [Explanation.model_validate(entry) for entry in entries]


def _renamings(
    renamed: Mapping[str, str], ours: Mapping[str, Mapping[str, Aspects]]
) -> Iterator[Difference]:
    for published, generated in renamed.items():
        if generated in ours:
            yield Difference(published, "", "url", published, generated)


def _differences(
    theirs: Mapping[str, Mapping[str, Aspects]],
    ours: Mapping[str, Mapping[str, Aspects]],
    constrained: Mapping[str, set[str]],
    outcome: Comparison,
) -> Iterator[Difference]:
    for artefact in sorted(theirs.keys() | ours.keys()):
        if artefact not in theirs or artefact not in ours:
            there, here = artefact in theirs, artefact in ours
            yield Difference(
                artefact, "", "artefact", "present" if there else "", "present" if here else ""
            )
            continue
        their_elements, our_elements = theirs[artefact], ours[artefact]
        for element in [*their_elements, *(our_elements.keys() - their_elements.keys())]:
            outcome.elements += 1
            published = their_elements.get(element, {})
            generated = our_elements.get(element, {})
            for aspect in [*published, *(generated.keys() - published.keys())]:
                if published.get(aspect, "") != generated.get(aspect, ""):
                    yield Difference(
                        artefact,
                        element,
                        aspect,
                        published.get(aspect, ""),
                        generated.get(aspect, ""),
                        dead=_is_dead(element, aspect, their_elements),
                        spelt_out=element not in our_elements
                        and _plain(element) not in constrained[artefact],
                    )


def _constrained_paths(resource: Mapping[str, Any]) -> set[str]:
    """The paths that a differential mentions."""
    differential = resource.get("differential", {}).get("element", [])
    return {_choice(str(element["path"])) for element in differential}


def _plain(element: str) -> str:
    """An element without slice names."""
    return ".".join(step.partition(":")[0] for step in element.split("."))


def _is_dead(element: str, aspect: str, elements: Mapping[str, Aspects]) -> bool:
    steps = element.split(".")
    own = 0 if aspect in ("min", "max") else 1
    places = (".".join(steps[:count]) for count in range(1, len(steps) + own))
    return any(elements.get(one, {}).get("max") == "0" for one in places)


def _aspects(resource: Mapping[str, Any]) -> dict[str, Aspects]:
    kind = resource["resourceType"]
    if kind == "StructureDefinition":
        return _of_structure(resource)
    if kind == "CodeSystem":
        return _of_code_system(resource)
    return _of_value_set(resource)


def _of_structure(resource: Mapping[str, Any]) -> dict[str, Aspects]:
    head = {
        name: str(resource.get(name, ""))
        for name in ("version", "status", "kind", "type", "baseDefinition", "fhirVersion")
    }
    elements = {"": head}
    slices: dict[str, str] = {}
    for element in resource["snapshot"]["element"]:
        elements[_identity(element, slices)] = _of_element(element)
    return elements


def _identity(element: Mapping[str, Any], slices: dict[str, str]) -> str:
    """The path of an element with the names of the slices it is in.

    Ids are not used: some published ones are missing or wrong (E-29).
    """
    path = _choice(str(element["path"]))
    for known in [one for one in slices if one != path and not path.startswith(f"{one}.")]:
        del slices[known]
    name = element.get("sliceName")
    if name and not path.endswith("[x]"):
        slices[path] = name
    elif path in slices:
        del slices[path]
    steps = path.split(".")
    named = []
    for count, step in enumerate(steps, start=1):
        name = slices.get(".".join(steps[:count]))
        named.append(f"{step}:{name}" if name else step)
    return ".".join(named)


def _choice(path: str) -> str:
    """The path of a choice: `Extension.value[x]` for `Extension.valueString`."""
    head, dot, rest = path.partition(".value")
    if head != "Extension" or not dot:
        return path
    _, dot, tail = rest.partition(".")
    return f"{head}.value[x]{dot}{tail}"


def _of_element(element: Mapping[str, Any]) -> Aspects:
    aspects = {"min": str(element.get("min", 0)), "max": str(element.get("max", "*"))}
    types = sorted(
        "|".join(str(one.get(part, "")) for part in ("code", "profile", "targetProfile"))
        for one in element.get("type", [])
    )
    aspects["type"] = ", ".join(types)
    for name, value in element.items():
        if name.startswith(("fixed", "pattern")):
            aspects[name] = json.dumps(value, sort_keys=True)
    if element.get("mustSupport"):
        aspects["mustSupport"] = "true"
    binding = element.get("binding")
    if binding:
        aspects["binding.strength"] = str(binding.get("strength", ""))
        reference = binding.get("valueSetReference", {}).get("reference")
        aspects["binding.valueSet"] = str(reference or binding.get("valueSetUri", ""))
    for constraint in element.get("constraint", []):
        aspects[f"invariant {constraint['key']}"] = str(constraint.get("severity"))
    return aspects


def _of_code_system(resource: Mapping[str, Any]) -> dict[str, Aspects]:
    head = {
        name: str(resource.get(name, ""))
        for name in ("version", "status", "name", "content", "caseSensitive")
    }
    concepts = {concept["code"]: {"display": concept["display"]} for concept in resource["concept"]}
    return {"": head, **concepts}


def _of_value_set(resource: Mapping[str, Any]) -> dict[str, Aspects]:
    head = {name: str(resource.get(name, "")) for name in ("version", "status", "name")}
    includes = {
        include["system"]: {
            "concepts": ", ".join(one["code"] for one in include.get("concept", [])) or "all"
        }
        for include in resource["compose"]["include"]
    }
    return {"": head, **includes}


def _generated(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, resource in generated_definitions(folder):
        yield f"{resource['resourceType']} {resource['url']}", resource


def _published(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, root in published_definitions(folder):
        kind = root.tag.removeprefix(FHIR_NAMESPACE)
        resource = {"resourceType": kind, **_as_json(root)}
        yield f"{kind} {resource['url']}", resource


#: Elements of the compared types that repeat, so that they are lists in JSON.
_REPEATING = {"element", "type", "constraint", "concept", "include", "contact", "telecom"}


def _as_json(node: ET.Element) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for child in node:
        name = child.tag.removeprefix(FHIR_NAMESPACE)
        value = child.get("value")
        content: Any = _as_json(child) if value is None else _scalar(value)
        if name in _REPEATING and isinstance(content, dict):
            result.setdefault(name, []).append(content)
        else:
            result[name] = content
    return result


def _scalar(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _matches(element: str, pattern: str) -> bool:
    # [x] is part of element names, not a set of characters.
    return fnmatch.fnmatchcase(element.replace("[", "("), pattern.replace("[", "("))
