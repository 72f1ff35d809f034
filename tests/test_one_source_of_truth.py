"""No code knows an edition: what differs between editions stands in YAML only."""

from __future__ import annotations

import re

import pytest

from ndop.editions import EditionFolder
from ndop.system.layout import Layout

#: Where the name of the default edition stands, once for each language.
DEFAULTS = {
    "plugin/extension/src/main/java/ndop/fhir/config/NdopProperties.java",
    "src/ndop/editions/folder.py",
}


@pytest.fixture
def sources(layout: Layout) -> dict[str, str]:
    """Java and Python that is shipped, and the templates; path to text."""
    files = [
        *layout.plugin.glob("*/src/main/java/**/*.java"),
        *(layout.root / "src").rglob("*.py"),
        *layout.templates.glob("*.j2"),
    ]
    assert len(files) > 50
    return {
        file.relative_to(layout.root).as_posix(): file.read_text(encoding="utf-8") for file in files
    }


def test_no_edition_is_named(sources: dict[str, str], folder: EditionFolder) -> None:
    naming = {
        name
        for name, text in sources.items()
        for edition_id in folder.ids()
        if f'"{edition_id}"' in text
    }
    assert naming == DEFAULTS


def test_no_canonical_url_is_known(sources: dict[str, str], folder: EditionFolder) -> None:
    urls = {artefact.url for edition in folder.load_all() for artefact in edition.artefacts()}
    assert [
        (name, url) for name, text in sources.items() for url in urls if f'"{url}"' in text
    ] == []


def test_no_code_of_an_edition_is_known(sources: dict[str, str], folder: EditionFolder) -> None:
    codes = {
        code
        for edition in folder.load_all()
        for code_system in edition.code_systems
        for code in code_system.concepts
        if len(code) > 2
    }
    java = {name: text for name, text in sources.items() if name.endswith(".java")}
    literals = {name: set(re.findall(r'"([^"\n]*)"', text)) for name, text in java.items()}
    assert {name: found & codes for name, found in literals.items() if found & codes} == {}
