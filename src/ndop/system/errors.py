"""What can go wrong, as one tree.

    NdopError                 the root; its text is one clear sentence or a few lines
    ├── EditionError          an edition's YAML does not hold what it must
    ├── ConsentError          a Consent cannot be made of what was asked for
    ├── BuildError            profiles, packages or jars cannot be made
    │   └── OutOfDateError    generated files differ from what their sources give
    ├── ServerError           a server cannot be started, reached or stopped
    ├── PresetError           what describes a server under test does not hold what it must
    ├── CheckError            resources cannot be checked at all
    ├── TargetError           a conformance run cannot begin against the given base URL
    ├── ResultsError          a results.json cannot be read or compared
    ├── CertificateError      certificates cannot be made, or are not there
    ├── DatabaseError         what is known of vulnerable parts cannot be looked up
    ├── TokenError            a token cannot be made as asked
    ├── ProofError            seeded faults prove nothing: a test fails without one, say
    ├── UpholdingError        opt-outs cannot be looked up, or a result cannot be written
    │   └── FileRefusedError  a file of NHS numbers has a line that is none
    ├── MissingToolError      a program that must be on the machine is not
    └── MissingReferenceError the published artefacts that are compared with are not here

Each carries the exit status that the `ndop` command ends with.
"""

from __future__ import annotations


class NdopError(Exception):
    """Root of the tree. `exit_status` is what the `ndop` command ends with: 2, could not run."""

    exit_status = 2


class EditionError(NdopError):
    """An edition's facts are missing, misspelt or contradict each other."""


class ConsentError(NdopError):
    """What was asked for makes no Consent: an unknown code, no NHS number, no point in time."""


class BuildError(NdopError):
    """A step of the build failed; the text names the step and what its tool said."""


class OutOfDateError(BuildError):
    """What is committed differs from what its sources give; the text names the remedy."""

    exit_status = 1


class ServerError(NdopError):
    """A server did not start, answer or stop."""


class CheckError(NdopError):
    """Resources cannot be checked: the validator ended early, or a server does not validate."""


class CertificateError(NdopError):
    """Certificates cannot be made where they were asked for, or are missing."""


class TargetError(NdopError):
    """The server under test cannot be tested: nothing answers, or not a FHIR STU3 server."""


class PresetError(NdopError):
    """A preset, or an option in its place, is misspelt or names a file that cannot be read."""


class ResultsError(NdopError):
    """A file is no results.json of a format known here, or is of another edition."""


class DatabaseError(NdopError):
    """A database of vulnerabilities gave no answer, or none that can be understood."""


class TokenError(NdopError):
    """A token cannot be made as asked: no such claim, no such key, no patient."""


class ProofError(NdopError):
    """Seeded faults prove nothing: a test fails without a fault, or a fault cannot be applied."""


class UpholdingError(NdopError):
    """Opt-outs cannot be applied to a file: no complete answer, or no place for the result."""


class FileRefusedError(UpholdingError):
    """A file of NHS numbers has a bad line, so the whole is refused; the text names the line."""

    exit_status = 1


class MissingToolError(NdopError):
    """A program that must be on the machine is missing or too old."""


class MissingReferenceError(NdopError):
    """The published artefacts, which are no part of the repository, are not on the machine."""
