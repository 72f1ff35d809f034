"""Four edits of one file each: what `ndop check` says of them, and that doing so mends them.

docs/changing.md tells them to people.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ndop.java import modules
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.conformance.small_register import add_row, change_row

pytestmark = pytest.mark.slow

_COPIED = ("conformance-tests", "docs", "examples", "profiles", "scripts", "src")
_FILES = ("README.md", "CONTRIBUTING.md", "Makefile", "action.yml", ".pre-commit-hooks.yaml")


class Checkout:
    """A copy of what the checks read, with the real Java half."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def ndop(self, *arguments: str) -> tuple[int, str]:
        """Exit status and what the copy's own command printed."""
        root = self.layout.root
        done = subprocess.run(
            [sys.executable, "-m", "ndop", *arguments],
            cwd=root,
            env={**os.environ, "NDOP_HOME": str(root), "PYTHONPATH": str(root / "src")},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert "Traceback" not in printed
        return done.returncode, printed

    def check(self) -> list[str]:
        """The problems that the cheap checks find."""
        status, printed = self.ndop("check", "--fast")
        lines = printed.splitlines()
        problems = [one for one in lines if ": " in one and not one.startswith((" ", "Comparing"))]
        assert status == (1 if problems else 0), printed
        self.printed = printed
        return problems

    def build(self) -> None:
        status, printed = self.ndop("build")
        assert status == 0, printed

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.layout.root / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        with (self.layout.root / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    def cell(self, row_id: str, column: str) -> str:
        with self.layout.requirements.open(encoding="utf-8", newline="") as stream:
            return next(row[column] for row in csv.DictReader(stream) if row["id"] == row_id)

    def change_cell(self, row_id: str, column: str, change: Callable[[str], str]) -> None:
        change_row(self.layout, row_id, **{column: change(self.cell(row_id, column))})


@pytest.fixture
def checkout(layout: Layout, progress: Progress, tmp_path: Path) -> Checkout:
    modules.build(layout, [modules.TOOLKIT], progress)
    for name in _COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "images")
        shutil.copytree(layout.root / name, tmp_path / name, ignore=ignored)
    for name in _FILES:
        shutil.copy(layout.root / name, tmp_path / name)
    for name in ("plugin", "tests"):
        (tmp_path / name).symlink_to(layout.root / name)
    shutil.copytree(layout.build / "stamps", tmp_path / "build" / "stamps")
    return Checkout(Layout(tmp_path))


def test_a_cardinality(checkout: Checkout) -> None:
    edition = "profiles/editions/ndop-1.1.0.yaml"
    checkout.edit(edition, "Consent.policy: { min: 1, max: 1,", "Consent.policy: { min: 1, max: 2,")

    row, *generated = checkout.check()

    assert row.startswith("conformance-tests/requirements.csv:")
    assert "NDOP-044 (One policy with uri): facts: expected Consent.policy 1..1, found 1..2" in row
    assert f"(ndop-1.1.0; {edition}:" in row
    assert [one.partition(":")[0] for one in generated] == ["profiles/generated/ndop-1.1.0"]
    for evidence in (
        "test conformance-tests/test_profile",
        "(test_one_policy_with_uri)",
        "fault src/ndop/assurance/mutation/",
        "(accepts two policies)",
        "Run 'ndop build' and commit",
    ):
        assert evidence in checkout.printed

    checkout.change_cell("NDOP-044", "facts", lambda f: f"{f}; ndop-1.1.0: Consent.policy 1..2")
    checkout.build()
    assert checkout.check() == []


def test_a_spine_code(checkout: Checkout) -> None:
    checkout.edit(
        "profiles/shared/spine.yaml",
        "unreadable-body: { status: 400, issue: invalid, code: BAD_REQUEST,",
        "unreadable-body: { status: 400, issue: invalid, code: INVALID_REQUEST_MESSAGE,",
    )
    rows = ("NDOP-117", "NDOP-139")

    found = checkout.check()

    of_rows = [one for one in found if "requirements.csv" in one]
    assert [one.partition(": ")[2].partition(" ")[0] for one in of_rows] == list(rows)
    for problem in of_rows:
        assert "errors.unreadable-body = 400 error/invalid BAD_REQUEST" in problem
        assert "found 400 error/invalid INVALID_REQUEST_MESSAGE" in problem
        assert "profiles/shared/spine.yaml:" in problem
    assert "test conformance-tests/" in checkout.printed
    assert "fault src/ndop/assurance/mutation/" in checkout.printed
    assert {one.partition("/")[0].partition(":")[0] for one in found if one not in of_rows} == {
        "examples",
        "profiles",
    }

    for row_id in rows:
        for column in ("facts", "expected"):
            checkout.change_cell(
                row_id,
                column,
                lambda text: text.replace(
                    "invalid BAD_REQUEST", "invalid INVALID_REQUEST_MESSAGE", 1
                ),
            )
    checkout.build()
    assert checkout.check() == []


def test_an_edition(checkout: Checkout) -> None:
    (checkout.layout.editions / "ndop-1.2.0.yaml").write_text(
        "based-on: ndop-1.1.0\nid: ndop-1.2.0\ntitle: National Data Opt-out API, next edition\n"
        "version: 1.2.0\n",
        encoding="utf-8",
    )

    found = checkout.check()

    assert [one.partition(":")[0] for one in found] == [
        "README.md",
        "docs/opting-out/ndop-1.2.0.md",
        "docs/validate.md",
        "action.yml",
        "profiles/generated/ndop-1.2.0",
        "examples",
    ]

    checkout.edit(
        "README.md",
        "| `ndop-0.0.9-alpha` |",
        "| `ndop-1.2.0` | next | patient | profiles, server, suite |\n| `ndop-0.0.9-alpha` |",
    )
    pages = checkout.layout.root / "docs" / "opting-out"
    shutil.copy(pages / "ndop-1.1.0.md", pages / "ndop-1.2.0.md")
    checkout.edit(
        "docs/validate.md", "`ndop-1.1.0` (default),", "`ndop-1.1.0` (default), `ndop-1.2.0`,"
    )
    checkout.edit("action.yml", "description: ndop-1.1.0,", "description: ndop-1.1.0, ndop-1.2.0,")
    checkout.build()
    assert checkout.check() == []


def test_a_requirement_with_its_test(checkout: Checkout) -> None:
    add_row(
        checkout.layout,
        id="NDOP-900",
        title="Answers have a date",
        level="SHALL",
        editions="all",
        area="read",
        interaction="read",
        statement="Every answer has the header Date.",
        expected="Date is there",
        source="FHIR STU3: http.html",
    )
    (problem,) = checkout.check()
    assert "NDOP-900 (SHALL, Answers have a date): no test for " in problem
    assert "@pytest.mark.requirement" in checkout.printed

    checkout.append(
        "conformance-tests/test_read.py",
        '\n\n@pytest.mark.requirement("NDOP-900")\n'
        "def test_answers_have_a_date(ndop: NdopClient) -> None:\n"
        '    """SHALL: an answer says when it was given."""\n'
        '    assert "date" in ndop.get("metadata").headers\n',
    )
    (problem,) = checkout.check()
    assert "NDOP-900 (SHALL, Answers have a date): no fault for " in problem
    assert "ndop prove --only NDOP-900" in checkout.printed

    package = checkout.layout.root / "src" / "ndop" / "assurance" / "mutation"
    (faults,) = package.rglob("headers.py")
    name = faults.relative_to(checkout.layout.root).as_posix()
    text = faults.read_text(encoding="utf-8")
    checkout.edit(
        name,
        text,
        f"{text}\nFAULTS.append(Fault('gives no date', 'NDOP-900', lambda r, s: s.ask(r)))\n",
    )
    assert checkout.check() == []
