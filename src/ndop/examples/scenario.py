"""What a server has stored when it receives the requests of the examples."""

from __future__ import annotations

from dataclasses import dataclass

from ndop.consents import Draft, preference, with_id
from ndop.editions import Edition
from ndop.examples.opt_outs import OPTED_OUT, WITHDRAWN, fixed_id

_CREATED_AT = "2026-01-31T09:30:01+00:00"
_UPDATED_AT = "2026-03-14T15:00:01+00:00"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A patient has opted out for each purpose, and later withdrawn the first opt-out.

    `created` are the Consents as they were sent, one for each purpose, and `ids` the ids under
    which they are stored; `update` was then sent for the first. `unknown_patient` has no Consent,
    and `unsent` would be their first.
    """

    edition: Edition
    patient: str
    unknown_patient: str
    created: tuple[Draft, ...]
    update: Draft
    ids: tuple[str, ...]
    unsent: Draft

    @classmethod
    def of(cls, edition: Edition, patient: str, unknown_patient: str) -> Scenario:
        """The scenario of an edition, with these two NHS numbers."""
        purposes = edition.purpose_codings()
        ids = tuple(fixed_id(edition, f"story-{purpose.code}") for purpose in purposes)
        created = tuple(
            preference(edition, patient, purpose=purpose, date_time=OPTED_OUT)
            for purpose in purposes
        )
        update = preference(
            edition, patient, opted_out=False, purpose=purposes[0], date_time=WITHDRAWN
        )
        unsent = preference(edition, unknown_patient, date_time=OPTED_OUT)
        return cls(edition, patient, unknown_patient, created, with_id(update, ids[0]), ids, unsent)

    @property
    def first_versions(self) -> list[Draft]:
        """The Consents as first stored, in the order of the purposes."""
        return [
            _stored(with_id(consent, consent_id), "1", _CREATED_AT)
            for consent, consent_id in zip(self.created, self.ids, strict=True)
        ]

    @property
    def updated(self) -> Draft:
        """The current version of the first Consent."""
        return _stored(self.update, "2", _UPDATED_AT)

    @property
    def current(self) -> list[Draft]:
        """The current versions, in the order of the purposes."""
        return [self.updated, *self.first_versions[1:]]

    @property
    def versions(self) -> list[Draft]:
        """Every version, newest first."""
        return [self.updated, *reversed(self.first_versions)]


def _stored(consent: Draft, version: str, at: str) -> Draft:
    meta = {"versionId": version, "lastUpdated": at, **consent.get("meta", {})}
    return {
        "resourceType": consent["resourceType"],
        "id": consent["id"],
        **consent,
        "meta": meta,
    }
