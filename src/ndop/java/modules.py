"""The Maven modules below plugin/, each rebuilt only when its sources changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ndop.system import fingerprint
from ndop.system.errors import BuildError, ProgramError
from ndop.system.file_lock import locked
from ndop.system.layout import Layout
from ndop.system.processes import run
from ndop.system.progress import Progress


@dataclass(frozen=True, slots=True)
class Module:
    """A module: the files and folders it is built from, and the files it produces."""

    name: str
    sources: tuple[str, ...]
    products: tuple[str, ...]


#: What the ndop command uses HAPI for. Runs with the class path listed beside the jar.
TOOLKIT = Module(
    "toolkit",
    ("plugin/pom.xml", "plugin/core", "plugin/toolkit"),
    ("plugin/toolkit/target/ndop-fhir-toolkit.jar", "plugin/toolkit/target/class-path.txt"),
)
#: The embedded FHIR server: its jar, the class path to start it with, and the executable boot jar.
SERVER = Module(
    "server",
    ("plugin/pom.xml", "plugin/server"),
    (
        "plugin/server/target/ndop-fhir-server.jar",
        "plugin/server/target/class-path.txt",
        "plugin/server/target/ndop-fhir-server-boot.jar",
    ),
)
#: The drop-in jar, which contains the packages of the editions.
EXTENSION = Module(
    "extension",
    ("plugin/pom.xml", "plugin/core", "plugin/extension", "build/packages", "build/examples"),
    ("plugin/extension/target/ndop-fhir-extension.jar",),
)


def build(layout: Layout, modules: Sequence[Module], progress: Progress) -> None:
    """Build those of `modules` whose sources changed since the last build. Another process that
    runs Maven in the same checkout is waited for.

    Raises BuildError, with the end of Maven's output; MissingToolError without Maven.
    """
    if all(_is_current(layout, module) for module in modules):
        return
    with locked(layout.build / "maven.lock"):
        _build(layout, modules, progress)


def _build(layout: Layout, modules: Sequence[Module], progress: Progress) -> None:
    stale = [module for module in modules if not _is_current(layout, module)]
    if not stale:
        return
    names = ",".join(module.name for module in stale)
    with progress.step(f"Building with Maven: {names}"):
        command = ["mvn", "-B", "-q", "-ntp", "-DskipTests", "-pl", names, "-am", "package"]
        try:
            run(command, f"Building {names}", layout.plugin)
        except ProgramError as error:
            raise BuildError(str(error)) from error
    for module in stale:
        missing = [name for name in module.products if not (layout.root / name).is_file()]
        if missing:
            raise BuildError(
                f"Building {module.name}: Maven succeeded but did not produce {missing[0]}"
            )
        stamp = _stamp_file(layout, module)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(_fingerprint(layout, module), encoding="ascii")


def class_path(layout: Layout, module: Module) -> list[Path]:
    """The class path of a module that has been built, its own jar first."""
    jar, listing = module.products[:2]
    entries = (layout.root / listing).read_text(encoding="utf-8").strip().split(":")
    return [layout.root / jar, *map(Path, entries)]


def _is_current(layout: Layout, module: Module) -> bool:
    stamp = _stamp_file(layout, module)
    if not stamp.is_file() or not all((layout.root / name).is_file() for name in module.products):
        return False
    if len(module.products) > 1 and not all(map(Path.is_file, class_path(layout, module))):
        return False  # the local Maven repository was emptied
    return stamp.read_text(encoding="ascii") == _fingerprint(layout, module)


def _stamp_file(layout: Layout, module: Module) -> Path:
    return layout.build / "stamps" / module.name


def _fingerprint(layout: Layout, module: Module) -> str:
    """A digest of every file that the module is built from."""
    return fingerprint.of_files(_source_files(layout, module), layout.root)


def _source_files(layout: Layout, module: Module) -> Iterable[Path]:
    for name in module.sources:
        source = layout.root / name
        if source.is_file():
            yield source
        for file in sorted(source.rglob("*")):
            parts = file.relative_to(source).parts
            if file.is_file() and "target" not in parts and parts[:2] != ("src", "test"):
                yield file
