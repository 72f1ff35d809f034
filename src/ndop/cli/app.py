"""The `ndop` command: the thin layer between a terminal and the functions that do the work."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ndop.cli.watching import watcher
from ndop.conformance import report
from ndop.conformance.plugin import CLAIMS
from ndop.conformance.run import RunPlan
from ndop.conformance.run import run as run_suite
from ndop.editions import Edition, EditionFolder
from ndop.errors import NdopError
from ndop.java import modules, processes
from ndop.layout import Layout, checkout
from ndop.profiles import build as profiles
from ndop.progress import Progress
from ndop.server import process
from ndop.server.bench import Load, measure
from ndop.server.process import ServerPlan

DEFAULT_EDITION = "ndop-1.1.0"

STATUSES = "Exit status: 0 as asked, 1 something failed or differs, 2 could not run, 130 Ctrl-C."

app = typer.Typer(
    name="ndop",
    help="The NHS National Data Opt-out FHIR API: profiles, reference server, conformance suite.",
    epilog=STATUSES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

EditionOption = Annotated[
    str, typer.Option(help="Edition, the name of a file in profiles/editions.")
]


def main() -> None:
    """Run the command; what goes wrong becomes one clear message and an exit status."""
    try:
        app()
    except NdopError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command(epilog=f"Example: ndop build --check. {STATUSES}")
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where files are out of date.")
    ] = False,
) -> None:
    """Generate profiles and packages from the editions' YAML and the templates."""
    layout, progress = checkout(), Progress()
    editions = EditionFolder(layout.editions, layout.shared_facts).load_all()
    if check:
        profiles.check(layout, editions, progress)
        progress.say(f"{layout.generated} is up to date.")
    else:
        profiles.build(layout, editions, layout.generated, progress)
        progress.say(f"Profiles: {layout.generated}. Packages: {layout.packages}.")


@app.command(epilog=f"Example: ndop run --edition ndop-1.1.0. {STATUSES}")
def run(edition: EditionOption = DEFAULT_EDITION) -> None:
    """Build everything, start the server on a free port, run the suite against it, stop it."""
    layout, progress = checkout(), Progress()
    _load(layout, edition)
    _build_everything(layout, progress)
    folder = layout.build / "report" / edition
    with process.running(layout, ServerPlan(edition), progress) as server:
        _run_and_report(layout, RunPlan(server.base_url, edition, folder))


@app.command(epilog=f"Example: ndop serve --port 9080 --data /tmp/opt-outs. {STATUSES}")
def serve(
    edition: EditionOption = DEFAULT_EDITION,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8080,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the database; default build/data/<edition>.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="A bare HAPI server, without the NDOP extension.")
    ] = False,
) -> None:
    """Keep the reference server running until Ctrl-C."""
    layout, progress = checkout(), Progress()
    _load(layout, edition)
    _build_everything(layout, progress)
    plan = ServerPlan(
        edition,
        port=port,
        data=data or layout.build / "data" / edition,
        plain=plain,
        jvm=process.LONG_LIVED,
    )
    with process.running(layout, plan, progress) as server:
        progress.say(f"Serving {edition} at {server.base_url} (Ctrl-C ends it; log: {server.log})")
        process.wait_for_interrupt(server)
    progress.say("The server has stopped.")


@app.command(epilog=f"Example: ndop bench --connections 2. {STATUSES}")
def bench(
    edition: EditionOption = DEFAULT_EDITION,
    base_url: Annotated[
        str | None, typer.Option(help="A running server; by default one is started for this.")
    ] = None,
    connections: Annotated[int, typer.Option(min=1, max=64, help="Requests at once.")] = 4,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Rounds for each kind.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Length of a round.")] = 3.0,
) -> None:
    """Measure requests per second of create, read and search by patient."""
    layout, progress = checkout(), Progress()
    facts = _load(layout, edition)
    load = Load(connections=connections, rounds=rounds, seconds=seconds)
    if base_url is not None:
        _print_rates(base_url, facts, load)
        return
    _build_everything(layout, progress)
    with tempfile.TemporaryDirectory() as data:
        plan = ServerPlan(edition, data=Path(data), jvm=process.LONG_LIVED)
        with process.running(layout, plan, progress) as server:
            _print_rates(server.base_url, facts, load)
            progress.say(
                f"Ready after {server.seconds_to_ready:.1f} s; "
                f"resident memory {process.resident_memory(server) // 2**20} MiB"
            )


def _print_rates(base_url: str, edition: Edition, load: Load) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("request", "number", "per second (median)", "lowest", "highest", "median ms"):
        table.add_column(heading, justify="left" if heading == "request" else "right")
    for rate in measure(base_url, edition, load):
        table.add_row(
            rate.name,
            str(rate.requests),
            f"{rate.median_per_second:.0f}",
            f"{rate.lowest_per_second:.0f}",
            f"{rate.highest_per_second:.0f}",
            f"{rate.median_milliseconds:.1f}",
        )
    Console(highlight=False).print(table)


@app.command("test", epilog=f"Example: ndop test --fast. {STATUSES}")
def run_tests(
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out what starts a server or Maven.")
    ] = False,
) -> None:
    """Run the project's own tests: Python, Java, and the suite against a server of its own."""
    layout, progress = checkout(), Progress()
    if fast:
        _run_tool([sys.executable, "-m", "pytest", "-m", "not slow"], layout.root)
        return
    _build_everything(layout, progress)
    with progress.step("Running the Java tests"):
        processes.run(
            ["mvn", "-B", "-q", "-ntp", "verify"], "Running the Java tests", layout.plugin
        )
    _run_tool([sys.executable, "-m", "pytest"], layout.root)
    run(DEFAULT_EDITION)


@app.command(epilog=f"Example: ndop check. {STATUSES}")
def check() -> None:
    """Run formatters, linters and type checkers, and compare generated files with their sources."""
    layout = checkout()
    for command in (
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "mypy"],
    ):
        _run_tool(command, layout.root)
    _run_tool(["mvn", "-B", "-q", "-ntp", "spotless:check"], layout.plugin)
    build(check=True)


@app.command("format", epilog=f"Example: ndop format. {STATUSES}")
def format_sources() -> None:
    """Format Python and Java sources."""
    layout = checkout()
    _run_tool([sys.executable, "-m", "ruff", "format", "."], layout.root)
    _run_tool([sys.executable, "-m", "ruff", "check", "--fix", "."], layout.root)
    _run_tool(["mvn", "-B", "-q", "-ntp", "spotless:apply"], layout.plugin)


@app.command(
    epilog="Example: ndop conformance http://127.0.0.1:8080/fhir --report /tmp/report. "
    "Exit status: 0 every SHALL that was tested passed, 1 some failed, 2 could not run."
)
def conformance(
    base_url: Annotated[str, typer.Argument(help="Base URL of the server under test.")],
    edition: EditionOption = DEFAULT_EDITION,
    report_folder: Annotated[
        Path | None, typer.Option("--report", help="Folder for the reports.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="What the server is set up for: " + ", ".join(sorted(CLAIMS)) + "."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An area or a requirement id; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many tests at once.")] = 1,
    first: Annotated[bool, typer.Option("-x", help="Stop at the first failure.")] = False,
) -> None:
    """Run the conformance suite against any server."""
    layout = checkout()
    _load(layout, edition)
    _insist_on_claims(claim or [])
    _run_and_report(
        layout,
        RunPlan(
            base_url,
            edition,
            report_folder or layout.build / "report" / edition,
            claims=tuple(claim or []),
            only=tuple(only or []),
            workers=workers,
            stop_at_first_failure=first,
        ),
    )


def _run_tool(command: list[str], folder: Path) -> None:
    """Run a tool with its output on this terminal; its failure is ours."""
    if subprocess.run(command, cwd=folder, check=False).returncode != 0:
        raise typer.Exit(1)


def _load(layout: Layout, edition: str) -> Edition:
    return EditionFolder(layout.editions, layout.shared_facts).load(edition)


def _insist_on_claims(claims: list[str]) -> None:
    for claim in claims:
        if claim not in CLAIMS:
            raise typer.BadParameter(f"expected one of {', '.join(CLAIMS)}; found {claim!r}")


def _build_everything(layout: Layout, progress: Progress) -> None:
    editions = EditionFolder(layout.editions, layout.shared_facts).load_all()
    profiles.build_if_stale(layout, editions, progress)
    modules.build(layout, [modules.SERVER, modules.EXTENSION], progress)


def _run_and_report(layout: Layout, plan: RunPlan) -> None:
    console = Console(highlight=False)
    with watcher() as watch:
        result = run_suite(layout, plan, watch)
    for test in result.failures:
        console.print(report.explain(test, result), markup=False, soft_wrap=True)
        console.print()
    report.print_summary(result, plan.report_folder, console)
    if not result.passed:
        raise typer.Exit(1)
