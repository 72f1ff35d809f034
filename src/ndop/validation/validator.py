"""Checking resources against an edition, without a server."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, BinaryIO, Protocol

from pydantic import BaseModel

from ndop.editions import Edition, EditionFolder
from ndop.java.validator_process import Answer, Encoding, ValidatorProcess
from ndop.profiles import build as profiles
from ndop.system.layout import checkout
from ndop.system.progress import Progress
from ndop.validation import reading
from ndop.validation.finding_explainer import FindingExplainer
from ndop.validation.findings import Finding, Result
from ndop.validation.reading import Read, Source, Unreadable
from ndop.validation.remote import RemoteValidator

#: Resources under way at a time.
_WINDOW = 64

#: A resource as an object: JSON data, or a model of fhir.resources.
Resource = Mapping[str, Any] | BaseModel


class _ValidationBackend(Protocol):
    """The toolkit's process, or a server."""

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]: ...

    def close(self) -> None: ...


class Validator:
    """Says of resources what a server of an edition would say of them, in one process of Java.

    Starting it takes some seconds, each resource then a few milliseconds: keep it for many, and
    close it, best by `with`. `profile` is the id or canonical URL of another profile than that
    of the edition's Consents; `server` a base URL whose `$validate` is asked instead. Safe for
    use by many threads. Raises NdopError: no such edition, the profiles or the toolkit cannot be
    built, there is no Java; and when it is used, CheckError: no such profile, or the server does
    not validate.
    """

    def __init__(
        self,
        edition: Edition | str,
        *,
        profile: str | None = None,
        server: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        layout = checkout()
        folder = EditionFolder.of(layout)
        facts = folder.load(edition) if isinstance(edition, str) else edition
        structure = facts.consent
        if profile is not None:
            structure = next((s for s in facts.structures if profile in (s.id, s.url)), structure)
        url = structure.url if profile in (None, structure.id) else profile
        self._explaining = FindingExplainer(facts)
        self._judging: _ValidationBackend
        if server is not None:
            self._judging = RemoteValidator(server, structure.type, url)
            return
        profiles.build_if_stale(layout, folder.load_all(), progress or Progress.silent())
        self._judging = ValidatorProcess(layout, layout.packages / f"{facts.id}.tgz", url)

    def check(self, resource: Resource) -> tuple[Finding, ...]:
        """The findings on one resource; it is valid where none `invalidates`."""
        return next(self._results([_source(resource)])).findings

    def check_text(self, text: str) -> Result:
        """As `check`, of a resource in JSON or XML; findings have their line and column."""
        encoding: Encoding = "XML" if text.lstrip().startswith("<") else "JSON"
        return next(self._results([Source(text, encoding)]))

    def check_paths(
        self,
        paths: Iterable[str],
        *,
        stdin: BinaryIO | None = None,
        told: Callable[[int], object] = int,
    ) -> Iterator[Result]:
        """One Result for each resource in files, folders, globs and `-`, in their order.

        `told` is called with numbers of bytes read.
        """
        return self._results(reading.read(paths, stdin, told))

    def close(self) -> None:
        """End the process."""
        self._judging.close()

    def __enter__(self) -> Validator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _results(self, inputs: Iterable[Read]) -> Iterator[Result]:
        under_way: deque[tuple[Source, Future[Answer]] | Unreadable] = deque()
        for one in inputs:
            if isinstance(one, Source):
                under_way.append((one, self._judging.submit(one.encoding, one.text)))
            else:
                under_way.append(one)
            while len(under_way) > _WINDOW:
                yield self._result(under_way.popleft())
        while under_way:
            yield self._result(under_way.popleft())

    def _result(self, one: tuple[Source, Future[Answer]] | Unreadable) -> Result:
        if isinstance(one, Unreadable):
            return self._explaining.unreadable(one)
        source, answer = one
        return self._explaining.result(source, answer.result())


def _source(resource: Resource) -> Source:
    if isinstance(resource, BaseModel):
        return Source(resource.model_dump_json(), "JSON", line=None)
    return Source(json.dumps(resource), "JSON", line=None)
