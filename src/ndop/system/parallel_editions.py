"""One `ndop` command for several editions: a child process each, several at a time."""

from __future__ import annotations

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

#: A server and its suite together stay below 2 GiB, so three fit into 6 GiB.
_MAX_PARALLEL = 3
_PROGRESS_LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class EditionRun:
    """The child process of one edition. `output_file` receives its standard output, `progress`
    the lines of its standard error.
    """

    edition: str
    process: subprocess.Popen[str]
    output_file: Path
    progress: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        """What it printed: its results, or the end of its progress where it has none."""
        printed = self.output_file.read_text(encoding="utf-8")
        return printed or "\n".join(self.progress[-_PROGRESS_LINES_SHOWN:])

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs."""
        return self.process.poll()


#: A run and a line of its progress; None instead of a line when it has ended.
_Events = queue.Queue[tuple[EditionRun, str | None]]


def run_in_parallel(
    command: Sequence[str], editions: Sequence[str], root: Path, folder: Path
) -> list[EditionRun]:
    """Run `ndop COMMAND --edition EDITION` to completion for each edition.

    Everything must have been built. The output of each is kept in its folder below `folder`.
    Ctrl-C is passed on to every child and, once all have ended, raised as KeyboardInterrupt.
    """
    waiting = list(editions)
    runs: list[EditionRun] = []
    events: _Events = queue.Queue()
    limit = min(processes.available_cpus(), _MAX_PARALLEL)
    active = 0
    with _display() as display:
        try:
            while waiting or active:
                while waiting and active < limit:
                    runs.append(_start(command, waiting.pop(0), root, folder, events))
                    active += 1
                run, line = events.get()
                if line is not None:
                    run.progress.append(line)
                    display.update(run.edition, line)
                    continue
                active -= 1
                status = run.process.wait()
                display.finish(run.edition, "done" if status == 0 else f"ended with {status}")
        except KeyboardInterrupt:
            for run in runs:
                if run.status is None:
                    run.process.send_signal(signal.SIGINT)
            for run in runs:
                run.process.wait()
            raise
    return runs


def _start(
    command: Sequence[str], edition: str, root: Path, folder: Path, events: _Events
) -> EditionRun:
    output_file = folder / edition / "summary.txt"
    output_file.parent.mkdir(parents=True, exist_ok=True)
    with output_file.open("w", encoding="utf-8") as output:
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
    run = EditionRun(edition, process, output_file)

    def read() -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                events.put((run, line.strip()))
        events.put((run, None))

    try:
        threading.Thread(target=read, daemon=True).start()
    except BaseException:  # an interruption: no caller has the process yet
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    return run


class _LineDisplay:
    """Outside a terminal: each line of progress, with its edition."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def update(self, edition: str, line: str) -> None:
        self._console.print(f"{edition}: {line}", markup=False)

    def finish(self, edition: str, line: str) -> None:
        self._console.print(f"{edition}: {line}", markup=False)


class _LiveDisplay:
    """In a terminal: one moving line for each edition."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def update(self, edition: str, line: str) -> None:
        if edition not in self._tasks:
            self._tasks[edition] = self._progress.add_task(edition, total=1, line="")
        self._progress.update(self._tasks[edition], line=line[:60])

    def finish(self, edition: str, line: str) -> None:
        self.update(edition, line)
        self._progress.update(self._tasks[edition], completed=1)


@contextmanager
def _display() -> Iterator[_LineDisplay | _LiveDisplay]:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield _LineDisplay(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:18}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[line]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield _LiveDisplay(progress)
