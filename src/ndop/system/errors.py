"""Everything that can go wrong, as one tree.

NdopError                 the root; its text is one clear sentence or a few lines
├── EditionError          an edition's YAML is incomplete, misspelt or contradicts itself
├── ConsentError          no Consent can be made from these values
├── BuildError            profiles, packages or jars cannot be built
│   └── OutOfDateError    generated files differ from what their sources give
├── ServerError           a server cannot be started, reached or stopped
├── PresetError           a preset, or an option that replaces it, is wrong
├── CheckError            resources cannot be validated at all
├── TargetError           the server under test cannot be tested
├── ResultsError          a results.json cannot be read or compared
├── CertificateError      certificates are missing or cannot be created
├── DatabaseError         the vulnerability database gives no usable answer
├── TokenError            a token or key cannot be created as requested
├── ProofError            seeded faults prove nothing: a test fails without one, say
├── UpholdingError        opt-outs cannot be looked up, or a result cannot be written
│   └── FileRefusedError  a file of NHS numbers has an invalid line
├── ProgramError          a program that was run failed
├── MissingToolError      a program that is needed is not installed, or is too old
└── MissingReferenceError the published artefacts are not on this machine
"""

# The tree above describes each class; a docstring adds what the tree cannot show.
# ruff: noqa: D101

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class NdopError(Exception):
    """`exit_status` is what the `ndop` command exits with; 2 means that it could not run.

    `paths` are those that the command was given, or that the error is about: they stay in its
    message, whose numbers are masked otherwise.
    """

    exit_status = 2
    paths: tuple[Path, ...] = ()


class EditionError(NdopError):
    pass


class ConsentError(NdopError):
    pass


class BuildError(NdopError):
    pass


class OutOfDateError(BuildError):
    """The text names the command that brings the files up to date."""

    exit_status = 1


class ServerError(NdopError):
    pass


class PresetError(NdopError):
    pass


class CheckError(NdopError):
    pass


class TargetError(NdopError):
    pass


class ResultsError(NdopError):
    pass


class CertificateError(NdopError):
    pass


class DatabaseError(NdopError):
    pass


class TokenError(NdopError):
    pass


class ProofError(NdopError):
    pass


class UpholdingError(NdopError):
    pass


class FileRefusedError(UpholdingError):
    """The whole file is refused; the text names the line."""

    exit_status = 1


class ProgramError(NdopError):
    """The text ends with the last lines of `output`, what the program printed."""

    def __init__(self, purpose: str, command: Sequence[str], status: int, output: str) -> None:
        headline = f"{purpose}: {command[0]} ended with {status}. It printed:"
        super().__init__(f"{headline}\n{output}".rstrip())
        self.command = tuple(command)
        self.status = status


class MissingToolError(NdopError):
    pass


class MissingReferenceError(NdopError):
    pass
