"""Results that are kept for a limited time, so that the same file is not asked about again.

What is kept is the result, which is data that may be shared; who opted out stands nowhere
(NDOP-193). The folder is looked through each time, and what is older than its time is deleted.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from ndop.system.errors import UpholdingError
from ndop.upholding.uphold import replacing

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class KeptResults:
    """A folder of results. `seconds`: how long each is kept."""

    folder: Path
    seconds: float

    def key(self, source: Path, *question: str) -> str:
        """The name under which the result for a file is kept: a digest of it and the question.

        Raises UpholdingError where the file cannot be read.
        """
        digest = hashlib.sha256("\n".join(question).encode())
        try:
            with source.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
        except OSError as error:
            raise UpholdingError(f"{source}: cannot be read ({error.strerror}).") from error
        return digest.hexdigest()

    def find(self, key: str) -> Path | None:
        """The result that is kept under a key, if its time is not over."""
        self.delete_expired()
        file = self._file(key)
        return file if file.is_file() else None

    def keep(self, key: str, result: Path) -> None:
        """Keep a copy of a result."""
        self.folder.mkdir(parents=True, exist_ok=True)
        copy(result, self._file(key))

    def delete_expired(self) -> None:
        """Delete what was kept for long enough."""
        oldest = time.time() - self.seconds
        for file in self.folder.glob("*.dat"):
            if file.stat().st_mtime <= oldest:
                file.unlink()

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.dat"


def copy(source: Path, target: Path) -> None:
    """Copy a file as a whole or not at all."""
    with source.open("rb") as stream, replacing(target) as writing:
        while piece := stream.read(_PIECE):
            writing.write(piece)
