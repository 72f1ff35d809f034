"""Files that are written completely or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ndop.system.errors import UpholdingError


@contextmanager
def atomic_write(file: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file when the block ends, or is lost if it raises.

    The file is readable by its owner only. Raises UpholdingError: it cannot be written.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise UpholdingError(f"{file}: cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        Path(name).replace(file)
    except OSError as error:
        raise UpholdingError(f"{file}: cannot be written ({error.strerror}).") from error
    finally:
        Path(name).unlink(missing_ok=True)


def atomic_copy(source: Path, target: Path) -> None:
    """Copy a file. Raises UpholdingError as `atomic_write`."""
    with source.open("rb") as stream, atomic_write(target) as output:
        shutil.copyfileobj(stream, output)
