"""The `ndop` command: one table of its commands, each imported only when it is used."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path

import typer

from ndop.cli.lazy_group import EXIT_STATUSES, CommandSpec, lazy_group
from ndop.system.errors import BuildError, NdopError
from ndop.system.layout import checkout
from ndop.system.masking import mask_numbers

COMMANDS = (
    CommandSpec(
        "build",
        "ndop.cli.sources:build",
        "Generate profiles, packages and examples from the editions' YAML and the templates.",
        "ndop build --check",
    ),
    CommandSpec(
        "examples",
        "ndop.cli.examples:examples",
        "List the examples of the editions.",
        "ndop examples --edition noom-draft",
    ),
    CommandSpec(
        "examples new",
        "ndop.cli.examples:new",
        "Write a new Consent of an edition, ready to be sent.",
        "ndop examples new --channel OP --nhs-number 9990000018",
    ),
    CommandSpec(
        "run",
        "ndop.cli.runs:run",
        "Build everything and run the conformance suite against the reference server.",
        "ndop run --edition ndop-1.1.0",
    ),
    CommandSpec(
        "serve",
        "ndop.cli.servers:serve",
        "Keep the reference server running until Ctrl-C.",
        "ndop serve --port 9080 --data /tmp/opt-outs",
    ),
    CommandSpec(
        "conformance",
        "ndop.cli.conformance:conformance",
        "Run the conformance suite against any server.",
        "ndop conformance http://127.0.0.1:8080/fhir --report /tmp/report",
        "Exit status: 0 every SHALL that was tested passed, 1 some failed, 2 could not run, or not "
        "to completion, 130 Ctrl-C.",
    ),
    CommandSpec(
        "conformance compare",
        "ndop.cli.conformance:compare",
        "Compare two runs of the suite: what was fixed, what broke, what is new.",
        "ndop conformance compare old/results.json new/results.json",
        "Exit status: 0 nothing broke, 1 something did, 2 could not compare.",
    ),
    CommandSpec(
        "validate",
        "ndop.cli.validation:validate",
        "Validate Consents, alone or in Bundles, as a server of the edition would.",
        "ndop validate consents/ --format github",
        "Exit status: 0 valid, 1 invalid, 2 something could not be checked, 130 Ctrl-C.",
    ),
    CommandSpec(
        "requirements",
        "ndop.cli.requirements:requirements",
        "List each requirement with its source, what it concerns, its tests and last result.",
        "ndop requirements --level SHALL --edition ndop-1.1.0 --format markdown",
    ),
    CommandSpec(
        "token",
        "ndop.cli.tokens:token",
        "Create a token for one request, valid for five minutes.",
        "ndop token --patient 9990000018 --form token",
    ),
    CommandSpec(
        "keys",
        "ndop.cli.tokens:keys",
        "Create a key that signs tokens, and the key set that a server verifies them with.",
        "ndop keys /tmp/token-keys --type EC",
    ),
    CommandSpec(
        "certificates init",
        "ndop.cli.certificates:init",
        "Create certificates for trying mutual TLS: authority, server, two clients.",
        "ndop certificates init /tmp/tls",
    ),
    CommandSpec(
        "uphold",
        "ndop.cli.upholding:uphold",
        "Remove opted-out NHS numbers from a file, or address the file to the service.",
        "ndop uphold numbers.dat --output shared.dat --server https://your.server/fhir",
        "Exit status: 0 success, 1 the file was refused, 2 could not run, 130 Ctrl-C.",
    ),
    CommandSpec(
        "prove",
        "ndop.cli.proving:prove",
        "Seed faults in the server's responses: a test of the requirement must catch each.",
        "ndop prove --edition ndop-1.1.0 --only NDOP-086",
    ),
    CommandSpec(
        "bench",
        "ndop.cli.servers:bench",
        "Measure requests per second of create, read and search by patient.",
        "ndop bench --connections 2",
    ),
    CommandSpec(
        "fuzz",
        "ndop.cli.fuzzing:fuzz",
        "Send random requests and check every response, the store, the heap and the log.",
        "ndop fuzz --edition noom-draft --requests 2000 --kind queries",
    ),
    CommandSpec(
        "torture",
        "ndop.cli.torturing:torture",
        "Hurt server and database under load, and look for what was acknowledged and is lost.",
        "ndop torture --rounds 10 --store h2 --faults kill-server",
        "Exit status: 0 nothing was lost, 1 something was, 2 could not run, 130 Ctrl-C.",
    ),
    CommandSpec(
        "parity",
        "ndop.cli.parity:parity",
        "Compare the verdicts of published and generated profiles, of server and validator.",
        "ndop parity --edition noom-draft --seed 7 --count 5000",
    ),
    CommandSpec(
        "sbom",
        "ndop.cli.dependencies:sbom",
        "List all components of both languages (CycloneDX) and check their licences.",
        "ndop sbom --output build/sbom --vulnerabilities",
    ),
    CommandSpec(
        "test",
        "ndop.cli.runs:run_tests",
        "Run the project's own tests, then the suite against the reference server.",
        "ndop test --fast",
    ),
    CommandSpec(
        "check",
        "ndop.cli.sources:check",
        "Check format, style and types; check that facts, register, tests, pages and files agree.",
        "ndop check --fast",
    ),
    CommandSpec(
        "format",
        "ndop.cli.sources:format_sources",
        "Format the Python and Java sources.",
        "ndop format",
    ),
)

app = typer.Typer(
    name="ndop",
    cls=lazy_group(COMMANDS),
    help="The NHS National Data Opt-out FHIR API: profiles, reference server, conformance suite.",
    epilog=EXIT_STATUSES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def _group() -> None:
    """Typer makes a group only where there is a callback."""


def main() -> None:
    """Run the command; an NdopError becomes one clear message and its exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    try:
        app()
    except NdopError as error:
        print(_message(error), file=sys.stderr)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)


def _message(error: NdopError) -> str:
    """The text of the error, which may quote a server, a log or a file, without the numbers of
    patients (the codes of purposes have nine digits).

    Paths stay: those that the command was given, and what is below the checkout, the current
    folder and that for temporary files, except the part of it that could be a number.
    """
    import tempfile  # slow

    own = [Path.cwd(), Path(tempfile.gettempdir()), *error.paths]
    with suppress(BuildError):  # it is the error, and has the path that is none
        layout = checkout()
        own += [layout.root, layout.published]
    paths = {str(form) for path in own for form in (path, path.absolute(), path.resolve())}
    return mask_numbers(str(error), least=10, paths=paths)
