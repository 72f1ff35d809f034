"""One command an edition, as many side by side as the machine bears."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ndop.system import processes

#: A server and its suite together stay below 2 GiB; three are within 6 GiB.
_MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class EditionRun:
    """A run as a child process, its progress, and the file of what it says at its end."""

    edition: str
    process: subprocess.Popen[str]
    summary: Path
    progress: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """What it said: its results, or why it has none."""
        return self.summary.read_text(encoding="utf-8") or "\n".join(self.progress[-5:])

    @property
    def status(self) -> int | None:
        """Exit status, None while it runs."""
        return self.process.poll()


#: A run and a line of its progress, None at its end.
_News = queue.Queue[tuple[EditionRun, str | None]]


def run_side_by_side(
    command: Sequence[str], editions: Sequence[str], root: Path, folder: Path
) -> list[EditionRun]:
    """Run a command of ndop for each edition to its end; everything must have been built.

    What it says is kept in `folder`, in one folder an edition. Ctrl-C reaches every child, which
    ends in its own way; then KeyboardInterrupt is raised again.
    """
    waiting = list(editions)
    runs: list[EditionRun] = []
    news: _News = queue.Queue()
    at_once = max(1, min(len(os.sched_getaffinity(0)), _MOST_AT_ONCE))
    active = 0
    with _display() as display:
        try:
            while waiting or active:
                while waiting and active < at_once:
                    runs.append(_start(command, waiting.pop(0), root, folder, news))
                    active += 1
                run, line = news.get()
                if line is not None:
                    run.progress.append(line)
                    display.tell(run.edition, line)
                    continue
                active -= 1
                status = run.process.wait()
                display.end(run.edition, "done" if status == 0 else f"ended with {status}")
        except KeyboardInterrupt:
            for run in runs:
                if run.status is None:
                    run.process.send_signal(signal.SIGINT)
            for run in runs:
                run.process.wait()
            raise
    return runs


def _start(
    command: Sequence[str], edition: str, root: Path, folder: Path, news: _News
) -> EditionRun:
    summary = folder / edition / "summary.txt"
    summary.parent.mkdir(parents=True, exist_ok=True)
    with summary.open("w", encoding="utf-8") as output:
        process = processes.start(
            [sys.executable, "-m", "ndop", *command, "--edition", edition],
            f"ndop {command[0]} of {edition}",
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    run = EditionRun(edition, process, summary)

    def read() -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                news.put((run, line.strip()))
        news.put((run, None))

    try:
        threading.Thread(target=read, daemon=True).start()
    except BaseException:  # an interruption: nobody else knows of the process yet
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    return run


class _Lines:
    """For pipes: each edition's progress, a line at a time."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, edition: str, line: str) -> None:
        self._console.print(f"{edition}: {line}", markup=False)

    def end(self, edition: str, told: str) -> None:
        self._console.print(f"{edition}: {told}", markup=False)


class _Bars:
    """For people: a moving line an edition."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def tell(self, edition: str, line: str) -> None:
        if edition not in self._tasks:
            self._tasks[edition] = self._progress.add_task(edition, total=1, now="")
        self._progress.update(self._tasks[edition], now=line[:60])

    def end(self, edition: str, told: str) -> None:
        self.tell(edition, told)
        self._progress.update(self._tasks[edition], completed=1)


@contextmanager
def _display() -> Iterator[_Lines | _Bars]:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:18}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress)
