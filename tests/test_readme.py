"""The README's snippets work as pasted."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from ndop.server.process import RunningServer
from ndop.system.layout import Layout

BASE_URL = "http://127.0.0.1:8080/fhir"


@pytest.fixture(scope="module")
def readme(layout: Layout) -> str:
    return (layout.root / "README.md").read_text(encoding="utf-8")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)


@pytest.mark.slow
def test_snippets(readme: str, server: RunningServer) -> None:
    create, search, introduced = (
        text.replace(BASE_URL, server.base_url).replace(
            ".venv/bin/ndop", f"{sys.executable} -m ndop"
        )
        for text in blocks(readme, "sh")
    )
    (python,) = (text.replace(BASE_URL, server.base_url) for text in blocks(readme, "python"))
    assert "HTTP/1.1 201" in output(["sh", "-c", create])
    again = output(["sh", "-c", create])
    assert "HTTP/1.1 422" in again
    assert "DUPLICATE_REJECTED" in again
    assert '"total":1' in output(["sh", "-c", search])
    assert '"total":1' in output(["sh", "-c", introduced])
    assert output([sys.executable, "-c", python]) == "inactive in version 2\n"


def output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_table_names_every_published_edition(readme: str, published_ids: list[str]) -> None:
    for edition_id in published_ids:
        assert re.search(
            rf"^\| `{re.escape(edition_id)}`.*profiles, server, suite", readme, re.MULTILINE
        )


def test_links_lead_somewhere(layout: Layout) -> None:
    pages = [*layout.root.glob("*.md"), *(layout.root / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
