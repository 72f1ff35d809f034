"""ndop conformance and ndop conformance compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ndop.conformance.register import requirements
from ndop.conformance.report import comparison as comparisons
from ndop.conformance.report import results
from ndop.conformance.run.plan import RunPlan
from ndop.conformance.run.reporting import print_preview, run_and_report
from ndop.conformance.suite import preset
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.preset import KnownNames, LoadedPreset
from ndop.editions import DEFAULT_EDITION
from ndop.editions.installed import load_edition
from ndop.system.errors import PresetError, TargetError
from ndop.system.layout import checkout

_PRESET = Path("ndop-preset.yaml")


def conformance(
    base_url: Annotated[
        str | None,
        typer.Argument(help="Base URL of the server under test, unless a preset has it."),
    ] = None,
    preset_file: Annotated[
        Path | None, typer.Option("--preset", help="YAML file that describes the server.")
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option(
            help=f"Edition to test against; by default that of the preset, or {DEFAULT_EDITION}."
        ),
    ] = None,
    report_folder: Annotated[
        Path | None, typer.Option("--report", help="Folder for the reports.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="How the server is configured: " + ", ".join(sorted(CLAIMS)) + "."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(help="Header of every request, as 'Name: value'; may be repeated."),
    ] = None,
    token_key: Annotated[
        Path | None,
        typer.Option(help="Private key (JWK or PEM) that the suite signs its tokens with."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this area or requirement id; may be repeated.")
    ] = None,
    tests: Annotated[
        list[Path] | None, typer.Option(help="Your own tests, to run with those of the suite.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Tests in parallel.")] = 1,
    first: Annotated[bool, typer.Option("-x", help="Stop at the first failure.")] = False,
    request_limit: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds for one request.")
    ] = None,
    run_limit: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds for the whole run.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Look at the server and list the tests that would be skipped."
        ),
    ] = False,
    init: Annotated[
        bool, typer.Option("--init", help=f"Write a preset to fill in ({_PRESET}).")
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
    _check_claims(claim or [])
    target = base_url or described.base_url
    if target is None:
        raise TargetError(
            "Which server? Expected its base URL, as in 'ndop conformance "
            "http://127.0.0.1:8080/fhir', or a preset that has it (--preset FILE)."
        )
    edition_id = edition or described.edition or DEFAULT_EDITION
    load_edition(edition_id)
    plan = RunPlan(
        target,
        edition_id,
        report_folder or layout.report / edition_id,
        claims=tuple(claim or described.claims),
        only=tuple(only or []),
        workers=workers,
        stop_at_first_failure=first,
        access=described.access,
        patients=described.patients,
        left_out=described.left_out,
        tests=(*described.tests, *_resolved(tests or [])),
        run_seconds=run_limit or described.run_seconds,
    )
    print_preview(layout, plan)
    if not dry_run:
        raise typer.Exit(run_and_report(layout, plan))


def compare(
    old: Annotated[Path, typer.Argument(help="results.json of the older run.")],
    new: Annotated[Path, typer.Argument(help="results.json of the newer run.")],
) -> None:
    """Compare two runs of the suite: what was fixed, what broke, what is new."""
    before, after = results.read(old), results.read(new)
    comparison = comparisons.compare(before, after)
    comparisons.print_comparison(comparison, before, after, Console(highlight=False))
    if comparison.is_regression:
        raise typer.Exit(1)


def _write_preset(file: Path, edition: str) -> None:
    text = preset.commented(edition, CLAIMS)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise PresetError(f"{file} already exists; it is not overwritten.") from None
    except OSError as error:
        raise PresetError(f"{file}: cannot be written: {error}") from error
    print(f"{file}: fill it in, then: ndop conformance --preset {file} --dry-run")


def _check_claims(claims: list[str]) -> None:
    for claim in claims:
        if claim not in CLAIMS:
            raise typer.BadParameter(f"expected one of {', '.join(CLAIMS)}; found {claim!r}")


def _resolved(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise typer.BadParameter(f"--tests: expected a file or folder; found {path}")
    return [path.resolve() for path in paths]
