"""What a server has been told before the requests that the examples answer."""

from __future__ import annotations

from dataclasses import dataclass

from ndop.consents import Draft, preference
from ndop.editions import Edition
from ndop.examples.opt_outs import CHANGED, OPTED_OUT, fixed_id

_FIRST_STORED = "2026-01-31T09:30:01+00:00"
_CHANGE_STORED = "2026-03-14T15:00:01+00:00"


@dataclass(frozen=True, slots=True)
class Story:
    """A patient opted out, for each purpose, and then changed their mind about the first.

    `sent` are the Consents as they were sent, one a purpose, and `ids` what they are stored
    under; `change` is what was then sent for the first. `nobody` is a patient without a Consent,
    and `fresh` what would be their first.
    """

    edition: Edition
    patient: str
    nobody: str
    sent: tuple[Draft, ...]
    change: Draft
    ids: tuple[str, ...]
    fresh: Draft

    @classmethod
    def of(cls, edition: Edition, patient: str, nobody: str) -> Story:
        """The story of an edition with these two NHS numbers."""
        purposes = edition.purpose_codings()
        ids = tuple(fixed_id(edition, f"story-{purpose.code}") for purpose in purposes)
        sent = tuple(
            preference(edition, patient, purpose=purpose, date_time=OPTED_OUT)
            for purpose in purposes
        )
        change = preference(
            edition, patient, opted_out=False, purpose=purposes[0], date_time=CHANGED
        )
        fresh = preference(edition, nobody, date_time=OPTED_OUT)
        return cls(edition, patient, nobody, sent, _with_id(change, ids[0]), ids, fresh)

    @property
    def first_versions(self) -> list[Draft]:
        """What was stored first, in the order of the purposes."""
        return [
            _stored(_with_id(consent, consent_id), "1", _FIRST_STORED)
            for consent, consent_id in zip(self.sent, self.ids, strict=True)
        ]

    @property
    def changed(self) -> Draft:
        """The current version of the first Consent."""
        return _stored(self.change, "2", _CHANGE_STORED)

    @property
    def current(self) -> list[Draft]:
        """The current versions, in the order of the purposes."""
        return [self.changed, *self.first_versions[1:]]

    @property
    def versions(self) -> list[Draft]:
        """Every version, newest first."""
        return [self.changed, *reversed(self.first_versions)]


def _with_id(consent: Draft, consent_id: str) -> Draft:
    return {"resourceType": consent["resourceType"], "id": consent_id, **consent}


def _stored(consent: Draft, version: str, updated: str) -> Draft:
    meta = {"versionId": version, "lastUpdated": updated, **consent.get("meta", {})}
    return {
        "resourceType": consent["resourceType"],
        "id": consent["id"],
        **consent,
        "meta": meta,
    }
