"""A run as a table, as lines of text, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.table import Table

from ndop.assurance.fuzzing.fuzzer import FuzzResult
from ndop.assurance.fuzzing.session import Failure


def table(result: FuzzResult) -> Table:
    """Number of requests by interaction, status and Spine code."""
    rows = Table(box=box.SIMPLE_HEAD, title=_name(result), title_justify="left")
    for heading in ("interaction", "status", "Spine code"):
        rows.add_column(heading)
    rows.add_column("requests", justify="right")
    for (interaction, status, code), number in sorted(result.counts.items()):
        rows.add_row(interaction, str(status), code, str(number))
    return rows


def lines(result: FuzzResult, base: str) -> Iterator[str]:
    """Each failure with its requests as curl commands, then health and totals."""
    for failure in result.failures:
        yield f"FAILED {failure.kind or 'server'}: {failure.explanation}"
        if failure.requests:
            yield f"  seed {failure.seed}; to repeat: {_command(result, failure)}"
        yield from (f"  {request.curl(base)}" for request in failure.requests)
    if result.before and result.after:
        yield (
            f"{_name(result)}: heap after collection {_mib(result.before.heap)} MiB when warm, "
            f"{_mib(result.after.heap)} MiB at the end; resident {_mib(result.before.resident)} "
            f"and {_mib(result.after.resident)} MiB; "
            f"threads {result.before.threads} and {result.after.threads}"
        )
    if result.interruption is not None:
        yield f"{_name(result)}: interrupted, so these results are incomplete"
    if result.leaks is not None:
        yield f"{_name(result)}: {result.leaks} lines of the log with patient data"
    yield (
        f"{_name(result)}: {result.requests} requests, {result.consents} Consents stored, "
        f"{len(result.failures)} failures (seed {result.plan.seed})"
    )


def write(result: FuzzResult, folder: Path, base: str) -> Path:
    """Write fuzz-<audit mode>.json into a folder; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    by_status = Counter[int]()
    for (_, status, _), number in result.counts.items():
        by_status[status] += number
    content = {
        "edition": result.edition,
        "audit": result.plan.audit,
        "complete": result.interruption is None,
        "seed": result.plan.seed,
        "requests": result.requests,
        "consents": result.consents,
        "statuses": {str(status): number for status, number in sorted(by_status.items())},
        "outcomes": [
            {"interaction": interaction, "status": status, "code": code, "requests": number}
            for (interaction, status, code), number in sorted(result.counts.items())
        ],
        "leaks": result.leaks,
        "before": result.before and dataclasses.asdict(result.before),
        "after": result.after and dataclasses.asdict(result.after),
        "failures": [
            {
                "rule": one.rule,
                "kind": one.kind,
                "seed": one.seed,
                "explanation": one.explanation,
                "curl": [request.curl(base) for request in one.requests],
            }
            for one in result.failures
        ],
    }
    file = folder / f"fuzz-{result.plan.audit}.json"
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return file


def _name(result: FuzzResult) -> str:
    return f"{result.edition}, audit {result.plan.audit}"


def _command(result: FuzzResult, failure: Failure) -> str:
    return (
        f"ndop fuzz --edition {result.edition} --audit {result.plan.audit} "
        f"--seed {result.plan.seed} "
        f"--requests {result.plan.requests} --kind '{failure.kind}'"
    )


def _mib(size: int) -> int:
    return size // 2**20
