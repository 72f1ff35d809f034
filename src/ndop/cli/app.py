"""The `ndop` command: the thin layer between a terminal and the functions that do the work."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from ndop.cli import (
    certificates,
    conformance,
    dependencies,
    examples,
    fuzzing,
    parity,
    proving,
    requirements,
    runs,
    servers,
    sources,
    tokens,
    upholding,
    validation,
)
from ndop.cli.options import STATUSES
from ndop.system.errors import NdopError


class _Commands(TyperGroup):
    """Commands of one word or two, such as `conformance compare`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if " ".join(args[:2]) in self.commands:
            args = [" ".join(args[:2]), *args[2:]]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="ndop",
    cls=_Commands,
    help="The NHS National Data Opt-out FHIR API: profiles, reference server, conformance suite.",
    epilog=STATUSES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command; what goes wrong becomes one clear message and an exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    try:
        app()
    except NdopError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)


def _offer(
    name: str, function: Callable[..., None], example: str, statuses: str = STATUSES
) -> None:
    app.command(name, epilog=f"Example: {example}. {statuses}")(function)


_offer("build", sources.build, "ndop build --check")
app.add_typer(examples.app, name="examples")
_offer("run", runs.run, "ndop run --edition ndop-1.1.0")
app.add_typer(certificates.app, name="certificates")
_offer("serve", servers.serve, "ndop serve --port 9080 --data /tmp/opt-outs")
_offer(
    "conformance",
    conformance.conformance,
    "ndop conformance http://127.0.0.1:8080/fhir --report /tmp/report",
    conformance.RUN_STATUSES,
)
_offer(
    "conformance compare",
    conformance.compare,
    "ndop conformance compare old/results.json new/results.json",
    "Exit status: 0 nothing broke, 1 something did, 2 could not compare.",
)
_offer(
    "validate",
    validation.validate,
    "ndop validate consents/ --format github",
    "Exit status: 0 valid, 1 invalid, 2 something could not be checked, 130 Ctrl-C.",
)
_offer(
    "requirements",
    requirements.requirements,
    "ndop requirements --level SHALL --edition ndop-1.1.0 --format markdown",
)
_offer("token", tokens.token, "ndop token --patient 9990000018 --form token")
_offer("keys", tokens.keys, "ndop keys /tmp/token-keys --type EC")
_offer(
    "uphold",
    upholding.uphold,
    "ndop uphold numbers.dat --output shared.dat --server https://your.server/fhir",
    "Exit status: 0 as asked, 1 the file was refused, 2 could not run, 130 Ctrl-C.",
)
_offer("prove", proving.prove, "ndop prove --edition ndop-1.1.0 --only NDOP-086")
_offer("bench", servers.bench, "ndop bench --connections 2")
_offer("fuzz", fuzzing.fuzz, "ndop fuzz --edition noom-draft --requests 2000 --kind queries")
_offer("parity", parity.parity, "ndop parity --edition noom-draft --seed 7 --count 5000")
_offer("sbom", dependencies.sbom, "ndop sbom --output build/sbom --vulnerabilities")
_offer("test", runs.run_tests, "ndop test --fast")
_offer("check", sources.check, "ndop check")
_offer("format", sources.format_sources, "ndop format")
