"""The comparison finds what is lost: every loss is brought about in a real database."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ndop.assurance.torture.comparison import Comparison, Trail, compare
from ndop.assurance.torture.database_check import check_database, query
from ndop.assurance.torture.deployment import Deployment, deployment
from ndop.assurance.torture.disk import Disk
from ndop.assurance.torture.journal import History, Journal
from ndop.assurance.torture.load import Load
from ndop.editions import Edition
from ndop.system.layout import Layout

pytestmark = pytest.mark.slow

_RESOURCE = "(SELECT RES_ID FROM HFJ_RESOURCE WHERE FHIR_ID = '{0}')"
_OTHER = "(SELECT RES_ID FROM HFJ_RESOURCE WHERE FHIR_ID = '{1}')"


@dataclass(frozen=True, slots=True)
class Loss:
    """SQL that loses something of the Consent {0}, with the id of another in {1}; and a finding."""

    sql: str
    kind: str
    text: str
    versions: int = 1


LOSSES = (
    Loss(f"DELETE FROM HFJ_RES_VER WHERE RES_VER = 1 AND RES_ID = {_RESOURCE}", "lost", "404", 2),
    Loss(
        "UPDATE HFJ_RES_VER SET RES_TEXT_VC = REPLACE(RES_TEXT_VC, '2019-', '2018-') "
        f"WHERE RES_ID = {_RESOURCE}",
        "lost",
        "has other content",
    ),
    Loss(
        f"DELETE FROM HFJ_SPIDX_TOKEN WHERE RES_ID = {_RESOURCE}; "
        f"DELETE FROM HFJ_IDX_CMP_STRING_UNIQ WHERE RES_ID = {_RESOURCE}",
        "lost",
        "a search does not find",
    ),
    Loss(
        f"DELETE FROM HFJ_IDX_CMP_STRING_UNIQ WHERE RES_ID = {_OTHER}; "
        f"UPDATE HFJ_IDX_CMP_STRING_UNIQ SET RES_ID = {_OTHER} WHERE RES_ID = {_RESOURCE}",
        "lost",
        "instead of",
    ),
)
#: What only a look into the tables shows: a search goes by the unique index.
HIDDEN_LOSSES = (
    Loss(
        "UPDATE HFJ_SPIDX_TOKEN SET SP_VALUE = (SELECT SP_VALUE FROM HFJ_SPIDX_TOKEN "
        f"WHERE SP_NAME = 'nhs-number' AND RES_ID = {_OTHER}) "
        f"WHERE SP_NAME = 'nhs-number' AND RES_ID = {_RESOURCE}",
        "duplicates",
        "not its patient's only one",
    ),
    Loss(
        f"UPDATE HFJ_RESOURCE SET FHIR_ID = 'of-nobody' WHERE RES_ID = {_RESOURCE}",
        "duplicates",
        "Consent/of-nobody in the database is in no acknowledged write",
    ),
    Loss(
        f"DELETE FROM HFJ_SPIDX_TOKEN WHERE RES_ID = {_RESOURCE}",
        "half-written",
        "has no patient",
    ),
    Loss(
        f"DELETE FROM HFJ_RES_VER WHERE RES_VER = 1 AND RES_ID = {_RESOURCE}",
        "half-written",
        "versions to",
        2,
    ),
    Loss(
        f"UPDATE HFJ_RESOURCE SET RES_DELETED_AT = NOW() WHERE RES_ID = {_RESOURCE}",
        "lost",
        "is not in the database",
    ),
)


@dataclass(slots=True)
class Setting:
    """A server under load once, its journal, and a copy of the database before the last writes."""

    target: Deployment
    edition: Edition
    histories: list[History]
    older: Path
    written_later: set[str]

    def compare(self) -> Comparison:
        return compare(self.target.base_url, self.edition, self.histories)


@pytest.fixture(scope="module")
def setting(
    built: Layout, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("torture")
    with (
        deployment(built, edition.id, "h2", Disk(folder, "not wanted")) as target,
        Journal(folder / "journal.jsonl") as journal,
    ):
        load = Load(target.base_url, edition, journal, connections=2, seed=1)

        def put_load_on() -> set[str]:
            before = len(journal.histories())
            target.start()
            with load.running():
                latest = time.monotonic() + 60
                while not enough(journal.histories()[before:]) and time.monotonic() < latest:
                    time.sleep(0.2)
            target.close()
            return {one.patient for one in journal.touched()}

        put_load_on()
        older = folder / "older"
        shutil.copytree(folder / "h2", older)
        later = put_load_on()
        target.start()
        made = Setting(target, edition, list(journal.histories()), older, later)
        assert made.compare().violations == []  # and settles what is unknown
        yield made


def enough(histories: Sequence[History]) -> bool:
    """Whether there are enough to lose something of, some of them with two versions."""
    versions = [len(one.acknowledged) for one in histories]
    return sum(number > 0 for number in versions) > 10 and sum(n > 1 for n in versions) > 1


def database(target: Deployment) -> Path:
    assert target.plan.data is not None
    return target.plan.data


@contextmanager
def spoilt_database(setting: Setting) -> Iterator[Deployment]:
    """The deployment with its server closed; what was in the database before is there after."""
    target = setting.target
    target.close()
    kept = database(target).with_name("kept")
    shutil.copytree(database(target), kept)
    try:
        yield target
    finally:
        target.close()
        shutil.rmtree(database(target))
        kept.rename(database(target))


def lose(setting: Setting, losses: Sequence[Loss]) -> set[str]:
    """Bring about each loss, the server being closed, for patients of its own; returns the first
    words of what may be reported of those.
    """
    whole = sorted(setting.histories, key=lambda one: -len(one.acknowledged))
    statements, concerned = ["SET REFERENTIAL_INTEGRITY FALSE"], set()
    for loss in sorted(losses, key=lambda one: -one.versions):
        victim, other = whole.pop(0), whole.pop()
        assert len(victim.acknowledged) >= loss.versions
        statements.append(loss.sql.format(victim.consent_id, other.consent_id))
        for one in (victim, other):
            concerned |= {f"write {one.writes[0].number}", f"Consent/{one.consent_id}"}
    query(setting.target, "; ".join(statements))
    return concerned


def test_what_is_lost_of_a_consent_is_reported(setting: Setting) -> None:
    """And nothing of others."""
    with spoilt_database(setting) as target:
        concerned = lose(setting, LOSSES)
        target.start()
        found = setting.compare().violations
    for loss in LOSSES:
        assert [one for one in found if one.kind == loss.kind and loss.text in one.text], loss
    assert {one.text.split(":")[0] for one in found} <= concerned


def test_what_a_search_does_not_show_is_reported(setting: Setting) -> None:
    with spoilt_database(setting) as target:
        assert list(check_database(target, setting.edition, setting.histories)) == []
        concerned = lose(setting, HIDDEN_LOSSES) | {"Consent/of-nobody"}
        found = list(check_database(target, setting.edition, setting.histories))
    for loss in HIDDEN_LOSSES:
        assert [one for one in found if one.kind == loss.kind and loss.text in one.text], loss
    assert {one.text.split()[0] for one in found} <= concerned


def test_an_older_database_is_reported(setting: Setting) -> None:
    """As after a loss of what the system had not written to the disk."""
    with spoilt_database(setting) as target:
        shutil.rmtree(database(target))
        shutil.copytree(setting.older, database(target))
        target.start()
        found = setting.compare().violations
    assert {one.kind for one in found} == {"lost"}
    later = {
        f"write {one.writes[0].number}"
        for one in setting.histories
        if one.patient in setting.written_later
    }
    assert {one.text.split(":")[0] for one in found} == later


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda lines: lines[:-1], "no line of the trail for"),
        (lambda lines: [*lines[:-1], lines[-1][:40]], "not whole"),
    ],
    ids=["removed", "torn"],
)
def test_a_write_without_its_record_is_reported(
    setting: Setting, tmp_path: Path, spoil: Callable[[list[str]], list[str]], text: str
) -> None:
    lines = setting.target.trail.read_text(encoding="utf-8").splitlines()
    writes = [line for line in lines if json.loads(line)["event"] == "storing"]
    assert list(Trail(setting.target.trail).compare(setting.histories)) == []
    spoilt = tmp_path / "trail"
    spoilt.write_text("\n".join(spoil(writes)) + "\n", encoding="utf-8")
    found = list(Trail(spoilt).compare(setting.histories))
    assert {one.kind for one in found} == {"unrecorded"}
    assert any(text in one.text for one in found)
