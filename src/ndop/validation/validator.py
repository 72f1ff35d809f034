"""Validation of resources against an edition, without a server."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, BinaryIO, Protocol

from pydantic import BaseModel

from ndop.editions import Edition, EditionFolder
from ndop.java.validator_process import Answer, Encoding, ValidatorProcess
from ndop.profiles import build as profiles
from ndop.system.layout import checkout
from ndop.system.progress import Progress
from ndop.validation.finding_explainer import FindingExplainer
from ndop.validation.findings import Finding, Result
from ndop.validation.remote_validator import RemoteValidator
from ndop.validation.resource_source import ResourceSource, UnreadableSource
from ndop.validation.source_reader import AnySource, OnRead, read_sources

#: How many resources may be submitted before the first result is awaited.
_MAX_PENDING = 64

#: A resource as a Python object: JSON data, or a model of fhir.resources.
Resource = Mapping[str, Any] | BaseModel


class _ValidationBackend(Protocol):
    """The toolkit's process, or a server's `$validate`."""

    def submit(self, encoding: Encoding, text: str) -> Future[Answer]: ...

    def close(self) -> None: ...


class Validator:
    """Validates resources as a server of an edition would, in a Java process of its own.

    It takes some seconds to start, then a few milliseconds for each resource: reuse it, and close
    it, preferably by `with`. `profile` is the id or canonical URL of a profile other than that of
    the edition's Consents; `server` is a base URL whose `$validate` is called instead. It is
    thread-safe. Creating one raises NdopError: no such edition, the profiles or the toolkit cannot
    be built, or there is no Java. Using one raises CheckError: no such profile, or the server does
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
        self._explainer = FindingExplainer(facts)
        self._backend: _ValidationBackend
        if server is not None:
            self._backend = RemoteValidator(server, structure.type, url)
            return
        profiles.build_if_stale(layout, folder.load_all(), progress or Progress.silent())
        self._backend = ValidatorProcess(layout, layout.packages / f"{facts.id}.tgz", url)

    def check(self, resource: Resource) -> tuple[Finding, ...]:
        """The findings on one resource, which is valid if none of them `invalidates`."""
        return next(self._results([_source_of(resource)])).findings

    def check_text(self, text: str) -> Result:
        """As `check`, for a resource as JSON or XML text; findings have a line and column."""
        encoding: Encoding = "XML" if text.lstrip().startswith("<") else "JSON"
        return next(self._results([ResourceSource(text, encoding)]))

    def check_paths(
        self,
        paths: Iterable[str],
        *,
        stdin: BinaryIO | None = None,
        on_read: OnRead = int,
    ) -> Iterator[Result]:
        """A Result for each resource in files, folders, globs and `-` (standard input), in order.

        `on_read` is called with the number of bytes of each read.
        """
        return self._results(read_sources(paths, stdin, on_read))

    def close(self) -> None:
        """End the process, or close the connections."""
        self._backend.close()

    def __enter__(self) -> Validator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _results(self, sources: Iterable[AnySource]) -> Iterator[Result]:
        pending: deque[tuple[ResourceSource, Future[Answer]] | UnreadableSource] = deque()
        for source in sources:
            if isinstance(source, ResourceSource):
                pending.append((source, self._backend.submit(source.encoding, source.text)))
            else:
                pending.append(source)
            while len(pending) > _MAX_PENDING:
                yield self._result(pending.popleft())
        while pending:
            yield self._result(pending.popleft())

    def _result(self, one: tuple[ResourceSource, Future[Answer]] | UnreadableSource) -> Result:
        if isinstance(one, UnreadableSource):
            return self._explainer.explain_unreadable(one)
        source, answer = one
        return self._explainer.explain(source, answer.result())


def _source_of(resource: Resource) -> ResourceSource:
    if isinstance(resource, BaseModel):
        return ResourceSource(resource.model_dump_json(), "JSON", line=None)
    return ResourceSource(json.dumps(resource), "JSON", line=None)
