"""A whole parity run: the corpora of several editions, both profiles, servers and validators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ndop.assurance.corpus import COUNT, SEED
from ndop.assurance.corpus.mutated_consents import MutatedConsent, corpus
from ndop.assurance.parity import page, report, server_verdicts
from ndop.assurance.parity.profile_verdicts import ProfileParity, compare_profiles
from ndop.assurance.parity.server_verdicts import ServerVerdict, compare_with_server
from ndop.editions import Edition
from ndop.java import modules
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from ndop.validation import Validator


@dataclass(frozen=True, slots=True)
class ParityRun:
    """The outcome of a run, by edition id.

    `complete` says that it covered the whole corpus of every edition: only then must each
    explanation explain something, and only then is there a page of it.
    """

    profiles: dict[str, ProfileParity]
    servers: dict[str, list[ServerVerdict]]
    seed: int
    complete: bool

    @property
    def failed(self) -> bool:
        """Whether a verdict differs without an explanation, or a finding is incomplete."""
        return any(
            parity.unexplained or (self.complete and parity.unused)
            for parity in self.profiles.values()
        ) or any(
            not all(one.agrees for one in verdicts)
            or any(server_verdicts.incomplete_findings(verdicts))
            for verdicts in self.servers.values()
        )

    def lines(self) -> Iterator[str]:
        """The outcome for a terminal."""
        for parity in self.profiles.values():
            yield from report.profile_lines(parity, unused=self.complete)
        for edition, verdicts in self.servers.items():
            yield from report.server_lines(edition, verdicts)

    def page(self) -> str:
        """docs/parity.md."""
        return page.render(self.profiles.values(), self.servers, self.seed)


def is_complete(chosen: Sequence[str] | None, count: int, seed: int) -> bool:
    """Whether a run with these options covers the whole corpus of every edition."""
    return not chosen and seed == SEED and count == COUNT


def run(
    layout: Layout,
    editions: Sequence[Edition],
    progress: Progress,
    *,
    count: int,
    seed: int,
    complete: bool,
) -> ParityRun:
    """Compare verdicts on `count` Consents of each edition. Profiles and server must be built.

    Raises MissingReferenceError if the published profiles are not on this machine, BuildError if
    the toolkit cannot be built or fails, ServerError if a server does not start.
    """
    modules.build(layout, [modules.TOOLKIT], progress)
    with progress.step(f"Validating {count} Consents for each edition"):
        corpora = [(one, corpus(one, count=count, seed=seed)) for one in editions]
        profiles = compare_profiles(layout, corpora)
    servers = {
        edition.id: _run_server(layout, edition, consents, progress)
        for edition, consents in corpora
    }
    return ParityRun(profiles, servers, seed, complete)


def _run_server(
    layout: Layout, edition: Edition, consents: Sequence[MutatedConsent], progress: Progress
) -> list[ServerVerdict]:
    with (
        process.running(layout, ServerPlan(edition.id), progress) as server,
        Validator(edition, progress=progress) as validator,
        progress.step(f"Comparing server and validator ({edition.id})"),
    ):
        return compare_with_server(edition, consents, server.base_url, validator)
