"""A cache of results, so that opt-outs for the same file are not looked up again.

A cached result is data that may be shared; who opted out is recorded nowhere (NDOP-193). Entries
older than the limit are deleted at every look-up.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from ndop.system.errors import UpholdingError
from ndop.upholding.atomic_file import atomic_copy

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ResultCache:
    """Results in `folder`, each of which is kept for `max_age` seconds."""

    folder: Path
    max_age: float

    def key(self, source: Path, *parameters: str) -> str:
        """The key of a file's result: a digest of the file and of what is asked about it.

        Raises UpholdingError: the file cannot be read.
        """
        digest = hashlib.sha256("\n".join(parameters).encode())
        try:
            with source.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except OSError as error:
            raise UpholdingError(f"{source}: cannot be read ({error.strerror}).") from error
        return digest.hexdigest()

    def get(self, key: str) -> Path | None:
        """The cached result, unless there is none or it has expired."""
        self._delete_expired()
        file = self._file(key)
        return file if file.is_file() else None

    def put(self, key: str, result: Path) -> None:
        """Cache a copy of a result."""
        self.folder.mkdir(parents=True, exist_ok=True)
        atomic_copy(result, self._file(key))

    def _delete_expired(self) -> None:
        oldest = time.time() - self.max_age
        for file in self.folder.glob("*.dat"):
            if file.stat().st_mtime <= oldest:
                file.unlink()

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.dat"
