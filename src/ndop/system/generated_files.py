"""Generated files: written only where they differ, and compared with what their sources give."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

#: What to do about generated files that are out of date.
REGENERATE = "Run 'ndop build' and commit what it writes."


def json_bytes(data: object) -> bytes:
    """JSON as generated files have it: indented by two, in UTF-8, with a newline at the end."""
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file below a folder: path below it to content. Empty if there is no such folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def write_folder(folder: Path, files: Mapping[str, bytes], keep: Collection[str] = ()) -> None:
    """Make `files` (path below the folder to content) the content of a folder.

    Deletes every other file, except those in `keep`, and folders that are empty as a result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stray in read_folder(folder).keys() - files.keys() - set(keep):
        (folder / stray).unlink()
    for name, content in files.items():
        write_if_changed(folder / name, content)
    for subfolder in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(subfolder.iterdir()):
            subfolder.rmdir()


def write_if_changed(file: Path, content: bytes) -> None:
    """Write a file, and its folder, unless it already has this content."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_bytes() != content:
        file.write_bytes(content)


def differences(generated: Mapping[str, bytes], committed: Mapping[str, bytes]) -> dict[str, str]:
    """Name of each file that is not as generated, sorted, to what is wrong with it."""
    return {
        name: difference(generated.get(name), committed.get(name))
        for name in sorted(generated.keys() | committed.keys())
        if generated.get(name) != committed.get(name)
    }


def difference(generated: bytes | None, committed: bytes | None) -> str:
    """What is wrong with one file that is not as generated; None where it does not exist."""
    if committed is None:
        return "is missing"
    return "nothing makes it" if generated is None else "differs"
