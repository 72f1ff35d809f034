"""A small file system of its own, which can be filled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ndop.system import processes
from ndop.system.errors import MissingToolError, ProgramError

_MIB = 1 << 20
_FILLER = "filler"
#: What a filled disk leaves to everything else on the file system that its image is on.
_SPARE_MEGABYTES = 256


@dataclass(frozen=True, slots=True)
class Disk:
    """`folder` is where it is mounted; `why_not` says why it is none of its own, else None."""

    folder: Path
    why_not: str | None

    def fill(self) -> int:
        """Take all the space that is left; returns the bytes."""
        with (self.folder / _FILLER).open("ab") as file:
            for size in (_MIB, 4096, 1):
                block = b"\0" * size
                try:
                    while True:
                        os.write(file.fileno(), block)
                except OSError:
                    continue
            return file.tell()

    def free(self) -> None:
        """Give the space back."""
        (self.folder / _FILLER).unlink(missing_ok=True)


@contextmanager
def mounted_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk within `folder`: ext4 in a file, tmpfs where that cannot be mounted, and where nothing
    can, which mostly needs the rights of root, a plain folder that must not be filled.
    """
    image, mounted = folder / "disk.img", folder / "disk"
    mounted.mkdir()
    if shutil.disk_usage(folder).free < (megabytes + _SPARE_MEGABYTES) * _MIB:
        yield Disk(mounted, f"{folder.parent} has no {megabytes + _SPARE_MEGABYTES} MiB left")
        return
    with image.open("wb") as file:
        file.truncate(megabytes * _MIB)
    attempts = (
        [
            ["mkfs.ext4", "-q", "-m", "0", str(image)],
            ["mount", "-o", "loop", str(image), str(mounted)],
        ],
        [["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(mounted)]],
    )
    why_not = ""
    for commands in attempts:
        try:
            for command in commands:
                processes.run(command, "Mounting a small disk")
        except (ProgramError, MissingToolError) as error:
            why_not = f"a small file system needs the rights of root: {error}".splitlines()[0]
            continue
        try:
            yield Disk(mounted, None)
        finally:
            # Lazy: a process that is still ending may have its files open.
            processes.run(["umount", "--lazy", str(mounted)], "Unmounting the small disk")
        return
    yield Disk(mounted, why_not)
