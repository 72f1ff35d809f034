"""ndop conformance and ndop conformance compare: the suite against any server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.cli.options import load_edition
from ndop.conformance.register import requirements
from ndop.conformance.report import comparison as comparing
from ndop.conformance.report import results
from ndop.conformance.report.console import format_failure, print_summary
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.progress_display import progress_display
from ndop.conformance.run.runner import Preview, preview
from ndop.conformance.run.runner import run as run_suite
from ndop.conformance.suite import preset
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.preset import KnownNames, LoadedPreset
from ndop.editions import DEFAULT_EDITION
from ndop.system.errors import PresetError, TargetError
from ndop.system.layout import Layout, checkout
from ndop.system.progress import Progress

RUN_STATUSES = (
    "Exit status: 0 every SHALL that was tested passed, 1 some failed, 2 could not run, or not to "
    "its end, 130 Ctrl-C."
)

_PRESET = Path("ndop-preset.yaml")


def conformance(
    base_url: Annotated[
        str | None, typer.Argument(help="Base URL of the server under test, if no preset has it.")
    ] = None,
    preset_file: Annotated[
        Path | None, typer.Option("--preset", help="YAML file that describes the server.")
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option(
            help=f"Edition that it is held to; {DEFAULT_EDITION} if nothing says another."
        ),
    ] = None,
    report_folder: Annotated[
        Path | None, typer.Option("--report", help="Folder for the reports.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="What the server is set up for: " + ", ".join(sorted(CLAIMS)) + "."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="A header of every request, as 'Name: value'.")
    ] = None,
    token_key: Annotated[
        Path | None,
        typer.Option(help="Private key (JWK or PEM) that the suite signs its tokens with."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An area or a requirement id; may be repeated.")
    ] = None,
    tests: Annotated[
        list[Path] | None, typer.Option(help="Tests of your own to run beside the suite's.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many tests at once.")] = 1,
    first: Annotated[bool, typer.Option("-x", help="Stop at the first failure.")] = False,
    request_limit: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds for one request.")
    ] = None,
    run_limit: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds for the whole run.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at the server and list what would be skipped.")
    ] = False,
    init: Annotated[
        bool, typer.Option("--init", help=f"Write a preset to start from ({_PRESET}).")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of results.json.")
    ] = False,
) -> None:
    """Run the conformance suite against any server."""
    if schema:
        print(json.dumps(results.schema(), indent=1))
        return
    if init:
        _write_preset(preset_file or _PRESET, edition or DEFAULT_EDITION)
        return
    layout = checkout()
    described = LoadedPreset()
    if preset_file is not None:
        register = requirements.read(layout.requirements)
        described = preset.read(preset_file, KnownNames.of(layout, register))
    described = preset.overridden(described, header or [], request_limit, token_key)
    _insist_on_claims(claim or [])
    where = base_url or described.base_url
    if where is None:
        raise TargetError(
            "Which server? Expected its base URL, as in 'ndop conformance "
            "http://127.0.0.1:8080/fhir', or a preset that has it (--preset FILE)."
        )
    held_to = edition or described.edition or DEFAULT_EDITION
    load_edition(layout, held_to)
    plan = RunPlan(
        where,
        held_to,
        report_folder or layout.report / held_to,
        claims=tuple(claim or described.claims),
        only=tuple(only or []),
        workers=workers,
        stop_at_first_failure=first,
        access=described.access,
        patients=described.patients,
        left_out=described.left_out,
        tests=(*described.tests, *_existing(tests or [])),
        run_seconds=run_limit or described.run_seconds,
    )
    _say_what_is_planned(layout, plan)
    if not dry_run:
        run_and_report(layout, plan)


def compare(
    old: Annotated[Path, typer.Argument(help="results.json of the older run.")],
    new: Annotated[Path, typer.Argument(help="results.json of the newer run.")],
) -> None:
    """Compare two runs of the suite: what was fixed, what broke, what is new."""
    before, after = results.read(old), results.read(new)
    comparison = comparing.compare(before, after)
    comparing.print_comparison(comparison, before, after, Console(highlight=False))
    if comparison.is_regression:
        raise typer.Exit(1)


def run_and_report(layout: Layout, plan: RunPlan) -> None:
    """Run the suite, print failures and summary; Exit with 1 or 2 unless it passed."""
    console = Console(highlight=False)
    with progress_display() as on_progress:
        result = run_suite(layout, plan, on_progress)
    for test in result.failures:
        console.print(format_failure(test, result), markup=False, soft_wrap=True)
        console.print()
    print_summary(result, plan.report_folder, console)
    if not result.passed:
        raise typer.Exit(1 if result.failures else 2)


def _say_what_is_planned(layout: Layout, plan: RunPlan) -> None:
    with Progress().step("Looking at the server"):
        seen = preview(layout, plan)
    console = Console(highlight=False, soft_wrap=True)
    for line in _told(seen):
        console.print(line, markup=False)


def _told(seen: Preview) -> Sequence[str]:
    counted = f"{seen.planned} tests"
    skipped = f", of which {len(seen.skipped)} will be skipped:" if seen.skipped else ""
    return [
        *seen.preflight.observations,
        *(f"note: {remark}" for remark in seen.preflight.warnings),
        f"{counted}{skipped}",
        *(f"  {skip.title} {skip.skip_reason}" for skip in seen.skipped),
    ]


def _write_preset(file: Path, edition: str) -> None:
    text = preset.commented(edition, CLAIMS)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise PresetError(f"{file} is there already; it is not overwritten.") from None
    except OSError as error:
        raise PresetError(f"{file}: cannot be written: {error}") from error
    print(f"{file}: fill it in, then: ndop conformance --preset {file} --dry-run")


def _insist_on_claims(claims: list[str]) -> None:
    for claim in claims:
        if claim not in CLAIMS:
            raise typer.BadParameter(f"expected one of {', '.join(CLAIMS)}; found {claim!r}")


def _existing(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise typer.BadParameter(f"--tests: expected a file or folder; found {path}")
    return [path.resolve() for path in paths]
