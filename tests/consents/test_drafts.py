from __future__ import annotations

import pytest

from ndop.consents import adding, consent, draft, having, without
from ndop.editions import Edition

NHS_NUMBER = "4505577104"


def test_every_sample_is_base_stu3(edition: Edition) -> None:
    for sample in edition.samples:
        model = consent(edition, NHS_NUMBER, sample=sample)
        assert model.patient.reference == edition.patient.reference_to(NHS_NUMBER)


def test_a_draft_has_patient_purpose_and_status(edition: Edition) -> None:
    made = draft(edition, NHS_NUMBER, status=edition.status.sharing)
    assert made["patient"]["reference"].endswith(f"/{NHS_NUMBER}")
    assert made["purpose"] == [edition.purpose_codings()[0].model_dump()]
    assert made["status"] == edition.status.sharing
    assert "$" not in str(made)


def test_changes_leave_the_original_alone(edition: Edition) -> None:
    original = draft(edition, NHS_NUMBER)
    before = str(original)
    assert "code" not in without(original, "purpose", 0, "code")["purpose"][0]
    assert having(original, "status", value="x")["status"] == "x"
    assert len(adding(original, "purpose", value={})["purpose"]) == 2
    assert adding(original, "data", value={})["data"] == [{}]
    assert str(original) == before


def test_removing_what_is_not_there_is_an_error(edition: Edition) -> None:
    with pytest.raises(KeyError):
        without(draft(edition, NHS_NUMBER), "favouriteColour")


def test_the_samples_of_two_patients_share_nothing(edition: Edition) -> None:
    one, other = draft(edition, NHS_NUMBER), draft(edition, "9990000018")
    one["purpose"][0]["code"] = "changed"
    assert other["purpose"][0]["code"] != "changed"
