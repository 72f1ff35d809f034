"""The outcome of a parity run as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ndop.assurance.parity import server_verdicts
from ndop.assurance.parity.profile_verdicts import ProfileParity
from ndop.assurance.parity.server_verdicts import ServerVerdict

#: The most examples listed of each sort of difference.
_MOST_LISTED = 20


def profile_lines(parity: ProfileParity, *, unused: bool) -> Iterator[str]:
    """How the profiles compare, for one edition; with `unused`, also idle explanations."""
    yield (
        f"{parity.edition}: {len(parity.verdicts)} Consents, "
        f"{sum(one.generated_accepts for one in parity.verdicts)} of them valid; "
        f"{len(parity.unexplained)} different verdicts without an explanation"
    )
    for difference in parity.unexplained[:_MOST_LISTED]:
        yield f"  {difference}"
    if len(parity.unexplained) > _MOST_LISTED:
        yield f"  … and {len(parity.unexplained) - _MOST_LISTED} more"
    for entry in parity.unused if unused else ():
        yield f"  explains nothing: {entry.because}: {entry.why}"


def server_lines(edition: str, verdicts: Sequence[ServerVerdict]) -> Iterator[str]:
    """How server and validator compare, for one edition."""
    different = [str(one) for one in verdicts if not one.agrees]
    incomplete = [
        f"{one.path}: {one.message}" for one in server_verdicts.incomplete_findings(verdicts)
    ]
    yield (
        f"{edition}: validator and server differ on {len(different)} Consents; "
        f"{len(incomplete)} findings without a requirement or a code"
    )
    for line in [*different[:_MOST_LISTED], *incomplete[:_MOST_LISTED]]:
        yield f"  {line}"
