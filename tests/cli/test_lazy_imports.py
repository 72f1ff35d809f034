"""A command imports what it needs, and no more; the help of all of them, nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ndop.cli.app import COMMANDS
from ndop.cli.lazy_group import CommandSpec

#: Each takes a noticeable time to import.
HEAVY = {
    *("cryptography", "docker", "fhir", "fhirpy", "httpx", "hypothesis", "jinja2", "joserfc"),
    *("jsonschema", "lxml", "pydantic", "pytest", "requests", "rich", "yaml"),
}
#: Of these no command needs any but the one named.
NEEDED_BY = {
    "cryptography": {"bench", "certificates init", "conformance", "fuzz", "keys", "parity", "prove",
                     "run", "serve", "test", "token"},
    "docker": {"bench", "serve"},
    "hypothesis": {"fuzz"},
    "pytest": {"check", "conformance", "parity", "prove", "requirements", "run", "test"},
}  # fmt: skip


def modules_after(*arguments: str) -> set[str]:
    """The modules that are loaded when `ndop` with these arguments ends."""
    program = (
        "import sys\n"
        "from ndop.cli.app import app\n"
        f"try: app({list(arguments)!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('modules:', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("modules:")[2].split())


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_imports_no_command_and_nothing_heavy(option: str) -> None:
    modules = modules_after(option)
    assert HEAVY & modules == set()
    ours = {module for module in modules if module.startswith("ndop.")}
    assert ours == {
        *("ndop.cli", "ndop.cli.app", "ndop.cli.lazy_group"),
        *("ndop.system", "ndop.system.errors", "ndop.system.layout", "ndop.system.masking"),
    }


@pytest.mark.parametrize("name", ["validate", "uphold", "sbom"])
def test_the_help_of_a_command_imports_its_own_module_only(name: str) -> None:
    modules = modules_after(name, "--help")
    (spec,) = [one for one in COMMANDS if one.name == name]
    commands = {one.target.partition(":")[0] for one in COMMANDS}
    assert commands & modules == {spec.target.partition(":")[0]}
    unneeded = {package for package, commands in NEEDED_BY.items() if name not in commands}
    assert unneeded & modules == set()


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys, ndop; print(*[one for one in sys.modules if one.startswith('ndop')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "ndop\n"


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda one: one.name)
def test_the_table_says_what_the_command_says(spec: CommandSpec) -> None:
    docstring = spec.load().__doc__
    assert docstring is not None
    assert docstring.splitlines()[0] == spec.summary
    assert spec.example.startswith(f"ndop {spec.name}")
