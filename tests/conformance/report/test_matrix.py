"""The matrix of several editions' runs, from made-up results."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from ndop.conformance.report import matrix
from ndop.conformance.report.matrix import Matrix
from ndop.conformance.report.reports import RESULTS
from ndop.conformance.report.results import Outcome, RunResult
from tests.browser import OpenPage, assert_accessible
from tests.conformance.result_factories import make_requirement, make_run, make_test


def run_with_outcomes(edition: str, **outcomes: tuple[Outcome, ...]) -> RunResult:
    """A run of an edition, from the outcomes of tests by area, with a requirement for each area."""
    tests = [
        make_test(f"test_{number}", outcome, area=area, requirements=[])
        for area, of_area in outcomes.items()
        for number, outcome in enumerate(of_area)
    ]
    rows = [
        make_requirement(f"NDOP-{number:03d}", area, "failed" if "failed" in of_area else "passed")
        for number, (area, of_area) in enumerate(outcomes.items(), 1)
    ]
    return make_run(tests, edition=edition, seconds=2, requirements=rows)


GREEN = run_with_outcomes("one", create=("passed", "skipped"), read=("passed", "warning"))
RED = run_with_outcomes("two", create=("passed", "failed"))


def printed(runs: Matrix) -> str:
    console = Console(file=io.StringIO(), record=True, width=120)
    matrix.print_matrix(runs, console)
    return console.export_text()


def test_cells_have_passed_failed_skipped_and_warnings() -> None:
    both = Matrix([GREEN, RED])
    assert both.areas == ["create", "read"]
    assert [both.cell(run, "create") for run in both.runs] == ["1/0/1", "1/1/0"]
    assert [both.cell(run, "read") for run in both.runs] == ["1/0/0 +1", ""]
    assert both.rows_passed(RED, "SHALL") == "0 of 1"


def test_one_edition_that_fails_fails_all() -> None:
    assert Matrix([GREEN]).passed
    assert not Matrix([GREEN, RED]).passed
    assert not Matrix([]).passed


def test_the_table_has_a_column_an_edition() -> None:
    text = printed(Matrix([GREEN, RED]))
    assert "one" in text
    assert "two" in text
    assert "1/0/0 +1" in text


def test_the_page_links_each_report(tmp_path: Path) -> None:
    for run in (GREEN, RED):
        (tmp_path / run.edition).mkdir()
        file = tmp_path / run.edition / RESULTS
        file.write_text(run.model_dump_json(), encoding="utf-8")
    page = matrix.write(matrix.read(tmp_path, ["one", "absent", "two"]), tmp_path).read_text(
        encoding="utf-8"
    )
    assert 'href="one/index.html"' in page
    assert 'class="failed"' in page
    assert "Not every edition passed." in page
    assert "://" not in page


def test_the_page_is_accessible(tmp_path: Path, open_page: OpenPage) -> None:
    page = open_page(matrix.write(Matrix([GREEN, RED]), tmp_path))
    assert page.get_by_role("heading", level=1).inner_text() == "Conformance by edition"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "one"
    assert_accessible(page)
