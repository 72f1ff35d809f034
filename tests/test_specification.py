"""docs/specification.md: every id resolves, every link leads somewhere, and the tables say what the
facts of the editions do.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ndop.conformance.register import requirements
from ndop.conformance.register.requirements import Register
from ndop.editions import Edition, EditionFolder
from ndop.system.layout import Layout

DECISION_OR_ERRATUM = re.compile(r"\b[DE]-\d{2}\b")
ROW = re.compile(r"\bNDOP-\d{3}\b")
#: The folders in which ids are looked for, and what in them is generated or not ours.
FOLDERS = ("conformance-tests", "docs", "plugin", "profiles", "scripts", "src", "tests")
NOT_READ = {"target", "generated", "__pycache__", "images"}
TEXT = {".csv", ".html", ".ini", ".j2", ".java", ".json", ".md", ".py", ".sh", ".xml", ".yaml"}

Table = list[dict[str, str]]


class Specification:
    """The page, divided into its sections."""

    def __init__(self, text: str) -> None:
        parts = re.split(r"^#{2,3} (.*)\n", text, flags=re.MULTILINE)
        self.text = text
        self.sections = {
            heading.split(" ")[0].rstrip("."): body
            for heading, body in zip(parts[1::2], parts[2::2], strict=True)
        }

    def table(self, section: str) -> Table:
        """The first table of a section, each line as a mapping of column heading to cell."""
        lines = [line for line in self.sections[section].splitlines() if line.startswith("|")]
        heading, _, *rows = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines
        )
        return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def specification(layout: Layout) -> Specification:
    return Specification((layout.root / "docs/specification.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def editions(specification: Specification, folder: EditionFolder) -> list[Edition]:
    """The editions that the page has a column for."""
    columns = {heading.split(" ")[0] for heading in specification.table("2")[0]}
    found = [one for one in folder.load_all() if one.id in columns]
    assert len(found) == len(columns - {""})
    return found


@pytest.fixture(scope="module")
def register(layout: Layout) -> Register:
    return requirements.read(layout.requirements)


@pytest.fixture(scope="module")
def files(layout: Layout) -> dict[str, str]:
    """The files that may contain ids: path to text."""
    found = [file for file in layout.root.iterdir() if file.suffix in TEXT]
    for name in FOLDERS:
        found += (file for file in (layout.root / name).rglob("*") if file.suffix in TEXT)
    texts = {
        file.relative_to(layout.root).as_posix(): file.read_text(encoding="utf-8")
        for file in found
        if file.is_file() and not NOT_READ & set(file.relative_to(layout.root).parts)
    }
    assert len(texts) > 200
    return texts


@pytest.fixture(scope="module")
def pages(files: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.endswith(".md")}


def defined(specification: Specification) -> list[str]:
    """The decisions and errata that the page defines: each has an anchor."""
    anchors = re.findall(r'<a id="([^"]+)"></a>(\S+) \|', specification.text)
    assert all(anchor == number.lower() for anchor, number in anchors)
    return [number for _, number in anchors]


def test_every_decision_and_erratum_is_defined_once(
    specification: Specification, files: dict[str, str]
) -> None:
    """In tests, D-9n and E-9n are numbers that are never assigned."""
    counted = Counter(defined(specification))
    assert [number for number, count in counted.items() if count > 1] == []
    assert {f"E-{number:02}" for number in range(1, 76)} <= counted.keys()
    dangling = {
        (name, number)
        for name, text in files.items()
        for number in DECISION_OR_ERRATUM.findall(text)
        if number not in counted and not (name.startswith("tests/") and number[2] == "9")
    }
    assert dangling == set()


def test_every_row_is_in_the_register(files: dict[str, str], register: Register) -> None:
    """In tests, NDOP-9nn is an id that is never assigned."""
    known = {row.id for row in register.rows}
    assert {
        (name, row)
        for name, text in files.items()
        for row in ROW.findall(text)
        if row not in known and not (name.startswith("tests/") and row.startswith("NDOP-9"))
    } == set()


def test_every_row_is_in_the_specification(
    specification: Specification, register: Register
) -> None:
    documented = {row for body in specification.sections.values() for row in ROW.findall(body)}
    assert {row.id for row in register.rows} <= documented


def test_a_page_that_mentions_a_decision_or_an_erratum_links_to_it(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        if name != "docs/specification.md" and DECISION_OR_ERRATUM.search(text):
            assert re.search(r"\]\([./]*(docs/)?specification\.md#?", text), name


def test_every_link_leads_somewhere(layout: Layout, pages: dict[str, str]) -> None:
    wrong = []
    for name, text in pages.items():
        for target in links(text):
            path, _, anchor = target.partition("#")
            file = (layout.root / name).parent / path if path else layout.root / name
            if not file.exists() or (anchor and not has_anchor(file, anchor)):
                wrong.append(f"{name}: {target}")
    assert wrong == []


def links(text: str) -> Iterator[str]:
    """The targets of a page's links, except links to the web."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)|^\[[^]]+\]: (\S+)$", prose, flags=re.MULTILINE):
        found = target[0] or target[1]
        if not re.match(r"[a-z]+:", found):
            yield found


def has_anchor(file: Path, anchor: str) -> bool:
    """Whether a Git host finds the anchor: a line, a heading, or an element with that id."""
    text = file.read_text(encoding="utf-8")
    if line := re.fullmatch(r"L(\d+)", anchor):
        return int(line[1]) <= len(text.splitlines())
    headings = re.findall(r"^#{1,6} (.*)$", text, flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    return anchor in slugs or f'id="{anchor}"' in text


def test_every_id_on_the_page_is_a_link_to_what_it_names(
    specification: Specification, layout: Layout
) -> None:
    definitions = dict(re.findall(r"^\[([^]]+)\]: (\S+)$", specification.text, re.MULTILINE))
    lines = layout.requirements.read_text(encoding="utf-8").splitlines()
    for number, target in definitions.items():
        if ROW.fullmatch(number):
            path, _, line = target.partition("#L")
            assert (layout.root / "docs" / path).resolve() == layout.requirements
            assert lines[int(line) - 1].startswith(f"{number},"), target
        else:
            assert target == f"#{number.lower()}"
    prose = re.sub(r"`[^`\n]*`|<a id=.*?\|", "", "".join(specification.sections.values()))
    prose = re.sub(r"^\[[^]]+\]: \S+$", "", prose, flags=re.MULTILINE)
    for found in re.finditer(f"(.)({ROW.pattern}|{DECISION_OR_ERRATUM.pattern})(.)", prose):
        assert found[1] + found[3] == "[]", f"no link: {found[0]}"
        assert found[2] in definitions
    assert prose.count("[NDOP-") > len(lines)


def test_every_section_that_is_cited_is_there(
    specification: Specification, files: dict[str, str]
) -> None:
    cited = {
        (name, section)
        for name, text in files.items()
        for numbers in re.findall(
            r"specification\.md,\s+(?:#|//|\*)?\s*sections?\s+([\d., and]+\d)", text
        )
        for section in re.findall(r"\d+(?:\.\d+)?", numbers)
    }
    assert len(cited) > 10
    assert {one for one in cited if one[1] not in specification.sections} == set()


def test_a_decision_is_told_in_the_words_of_the_facts(
    specification: Specification, editions: list[Edition]
) -> None:
    rows = {re.sub("<.*>", "", row["No"]): row["Decision"] for row in specification.table("10")}
    linked = re.compile(rf"\[({ROW.pattern}|{DECISION_OR_ERRATUM.pattern})\]")
    assert {number: linked.sub(r"\1", text) for number, text in rows.items()} == {
        number: text for one in editions for number, text in one.decisions.items()
    }


def test_a_decision_has_the_rows_that_cite_it(
    specification: Specification, register: Register
) -> None:
    for line in specification.table("10"):
        number = re.sub("<.*>", "", line["No"])
        citing = {row.id for row in register.rows if f"Decision {number}" in row.source}
        assert citing <= set(ROW.findall(line["Rows"])), number


def test_the_sources_have_their_addresses(
    specification: Specification, editions: list[Edition]
) -> None:
    for edition in editions:
        for name, url in edition.sources.items():
            # A profile's canonical URL is no page.
            assert f"({url})" in specification.text or name.startswith("Profile "), url


def test_the_editions_side_by_side(specification: Specification, editions: list[Edition]) -> None:
    rows = {row[""]: row for row in specification.table("2")}
    for edition in editions:
        history, headers = edition.history, edition.audit.headers
        assert history is not None
        audience = edition.audit.claims["aud"].one_of if edition.audit.claims else []
        facts = {
            "Consent profile": [edition.consent.url],
            "Profile version": [edition.consent.version],
            "Purpose codes": [coding.code for coding in edition.purpose_codings()],
            "Opted out is status": [edition.status.opted_out],
            "Search parameters": list(edition.search.parameters),
            "Interactions of the statement": edition.capability.required_interactions,
            "History by patient is narrowed by": [
                *([history.version] if history.version else []),
                *history.filters,
            ],
            "Audience of the token": audience,
            "Audit headers": [
                names[0]
                for names in (headers.trace, headers.from_, headers.to, headers.interaction)
            ],
        }
        for name, values in facts.items():
            assert quoted(cell(rows[name], edition)) == values, f"{edition.id}: {name}"


def test_the_elements(
    specification: Specification, editions: list[Edition], layout: Layout
) -> None:
    for edition in editions:
        file = layout.generated / edition.id / f"StructureDefinition-{edition.consent.id}.json"
        snapshot = json.loads(file.read_text(encoding="utf-8"))["snapshot"]["element"]
        elements = {one["id"]: f"{one['min']}..{one['max']}" for one in snapshot}
        documented = {}
        for row in specification.table("3.1"):
            (path,) = quoted(row["Element"])
            if (found := cell(row, edition)) != "-":
                documented[f"Consent.{path}"] = re.split("[, ]", found)[0]
        assert documented == {path: elements[path] for path in documented}
        # The table has every cardinality that the edition states for an element of the resource.
        stated = {
            path
            for path, element in edition.consent.elements.items()
            if path.count(".") == 1
            and ":" not in path
            and (element.min is not None or element.max is not None)
        }
        assert stated <= documented.keys()


def test_the_extensions(specification: Specification, editions: list[Edition]) -> None:
    documented = {
        (row["Edition"], quoted(row["Extension"])[0], quoted(row["Where"])[0], row["Where"][-4:])
        for row in specification.table("3.2")
    }
    assert documented == {
        (
            edition.id,
            element.extension,
            path.partition(".extension:")[0],
            f"{element.min or 0}..{element.max}",
        )
        for edition in editions
        for path, element in edition.consent.elements.items()
        if element.extension
    }


def test_the_codes(specification: Specification, editions: list[Edition]) -> None:
    documented = {
        (
            row["Edition"],
            quoted(row["Code system"])[0],
            quoted(row["Value set, strength"])[0],
            re.split("[,;] ", row["Value set, strength"])[1],
            tuple(re.findall(r"`([^`]+)` ([^;]+?)(?=;|$)", row["Codes and displays"])),
        )
        for row in specification.table("4")
    }
    assert documented == {found for edition in editions for found in bound_codes(edition)}
    versions = {
        (row["Edition"], *row["Code system"].replace("`", "").split(" "))
        for row in specification.table("4")
        if "snomed" not in row["Code system"]
    }
    assert versions <= {(one.id, c.url, c.version) for one in editions for c in one.code_systems}


def bound_codes(
    edition: Edition,
) -> Iterator[tuple[str, str, str, str, tuple[tuple[str, str], ...]]]:
    """The codes that a Consent of the edition is bound to, with value set and strength."""
    for structure in edition.structures:
        if structure.type in ("Consent", "Extension"):
            for element in structure.elements.values():
                if element.binding is not None:
                    value_set = edition.value_set(element.binding.value_set)
                    (include,) = value_set.include
                    url, concepts = next(iter(include.systems), ""), include.concepts
                    if include.code_system is not None:
                        code_system = edition.code_system(include.code_system)
                        url, concepts = code_system.url, code_system.concepts
                    strength = element.binding.strength
                    yield edition.id, url, value_set.url, strength, tuple(concepts.items())


def test_the_catalogue(specification: Specification, editions: list[Edition]) -> None:
    documented = [
        (int(status), *row["Severity, issue code"].split(", "), code)
        for row in specification.table("6.2")
        for status in row["Status"].split(", ")
        for code in quoted(row["Spine code"])
    ]
    assert len(documented) == len(set(documented))
    assert set(documented) == {
        (entry.status, entry.severity, entry.issue, entry.code)
        for edition in editions
        for entry in edition.errors.values()
    }


def test_the_claims(specification: Specification, editions: list[Edition]) -> None:
    rows = {quoted(row["Claim"])[0]: row for row in specification.table("7.2")}
    assert rows.keys() == {name for one in editions for name in one.audit.claims}
    for edition in editions:
        for name, row in rows.items():
            found = cell(row, edition)
            if (claim := edition.audit.claims.get(name)) is None:
                assert found == "-", f"{edition.id}: {name}"
                continue
            assert found.startswith("mandatory" if claim.required else "optional")
            urls = [claim.system] if claim.system else []
            assert quoted(found) == [*claim.one_of, *urls], f"{edition.id}: {name}"
            assert f"[{claim.requirement}]" in row["Rows"]


def test_the_headers(specification: Specification, editions: list[Edition]) -> None:
    rows = {row["Meaning"]: row for row in specification.table("7.3")}
    for edition in editions:
        headers = edition.audit.headers.model_dump(by_alias=True)
        assert rows.keys() == headers.keys()
        for meaning, names in headers.items():
            assert quoted(cell(rows[meaning], edition)) == names
        if (ids := edition.audit.interaction_ids) is not None:
            assert quoted(rows["interaction"]["Value"]) == [ids.capabilities, ids.service]


def cell(row: dict[str, str], edition: Edition) -> str:
    """The cell of an edition, whose column heading begins with its id."""
    (found,) = (value for heading, value in row.items() if heading.split(" ")[0] == edition.id)
    return found


def quoted(text: str) -> list[str]:
    """The strings between backticks."""
    return re.findall(r"`([^`]+)`", text)
