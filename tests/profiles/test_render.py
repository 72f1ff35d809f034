from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ndop.editions import Edition
from ndop.profiles.render import element_path, render, slice_name
from ndop.system.errors import BuildError
from ndop.system.layout import Layout

FHIR = {"f": "http://hl7.org/fhir"}


@pytest.fixture
def templates(layout: Layout, tmp_path: Path) -> Path:
    """A copy of the templates, for a test to break."""
    return Path(shutil.copytree(layout.templates, tmp_path / "templates"))


@pytest.mark.parametrize(
    ("element_id", "path", "name"),
    [
        ("Consent", "Consent", None),
        ("Consent.extension:optOutSource", "Consent.extension", "optOutSource"),
        ("Extension.value[x]:valueString", "Extension.valueString", "valueString"),
        (
            "Extension.value[x]:valueCodeableConcept.coding",
            "Extension.valueCodeableConcept.coding",
            None,
        ),
        ("Consent.source[x]", "Consent.source[x]", None),
    ],
)
def test_element_ids(element_id: str, path: str, name: str | None) -> None:
    assert element_path(element_id) == path
    assert slice_name(element_id) == name


def test_every_artefact_is_well_formed_and_named_once(edition: Edition, layout: Layout) -> None:
    artefacts = render(edition, layout.templates)
    assert len({artefact.file_stem for artefact in artefacts}) == len(artefacts)
    for artefact in artefacts:
        root = ET.fromstring(artefact.xml)
        assert artefact.file_stem.startswith(root.tag.rpartition("}")[2])
        assert artefact.xml.endswith(">\n")


def test_rendering_twice_gives_the_same(edition: Edition, layout: Layout) -> None:
    assert render(edition, layout.templates) == render(edition, layout.templates)


def test_every_fact_of_an_element_is_rendered(edition: Edition, layout: Layout) -> None:
    artefacts = {one.file_stem: one.xml for one in render(edition, layout.templates)}
    for structure in edition.structures:
        root = ET.fromstring(artefacts[f"StructureDefinition-{structure.id}"])
        for element_id, element in structure.elements.items():
            (node,) = root.findall(f".//f:element[@id='{element_id}']", FHIR)
            assert value(node, "min") == (None if element.min is None else str(element.min))
            assert value(node, "max") == (None if element.max is None else str(element.max))
            assert value(node, "short") == element.short
            assert value(node, "mustSupport") == ("true" if element.must_support else None)
            keys = [value(one, "key") for one in node.findall("f:constraint", FHIR)]
            assert keys == element.invariants


def value(node: ET.Element, name: str) -> str | None:
    child = node.find(f"f:{name}", FHIR)
    return None if child is None else child.get("value")


def test_markup_in_a_fact_is_escaped(edition: Edition, layout: Layout) -> None:
    hostile = edition.model_copy(
        update={"publication": edition.publication.model_copy(update={"copyright": '<a b="c">&'})}
    )
    for artefact in render(hostile, layout.templates):
        ET.fromstring(artefact.xml)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{{ fhir_version }}", "{{ fhir_versoin }}", "'fhir_versoin' is undefined"),
        ("{{ structure.type }}", "{{ structure.tpe }}", "has no attribute 'tpe'"),
        ("{%- endif %}", "{%- endfi %}", "endfi"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    edition: Edition, templates: Path, old: str, new: str, expected: str
) -> None:
    file = templates / "StructureDefinition.xml.j2"
    text = file.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError) as error:
        render(edition, templates)
    assert expected in str(error.value)
    assert f"{file}:{line}" in str(error.value)
