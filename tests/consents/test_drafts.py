from __future__ import annotations

import pytest

from ndop.consents import adding, coding_paths, consent, draft, having, value_at, without
from ndop.editions import Edition

NHS_NUMBER = "4505577104"


def test_every_sample_is_base_stu3(edition: Edition) -> None:
    for sample in edition.samples:
        model = consent(edition, NHS_NUMBER, sample=sample)
        assert model.patient.reference == edition.patient.reference_to(NHS_NUMBER)


def test_a_draft_has_patient_purpose_and_status(edition: Edition) -> None:
    shared = draft(edition, NHS_NUMBER, status=edition.status.sharing)
    assert shared["patient"]["reference"].endswith(f"/{NHS_NUMBER}")
    assert shared["purpose"] == [edition.purpose_codings()[0].model_dump()]
    assert shared["status"] == edition.status.sharing
    assert "$" not in str(shared)


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


def test_the_paths_of_codings() -> None:
    consent = {
        "purpose": [{"system": "s", "code": "c"}],
        "category": [{"coding": [{"system": "s", "code": "c", "display": "d"}], "text": "t"}],
        "status": "active",
    }
    paths = list(coding_paths(consent))
    assert paths == [("purpose", 0), ("category", 0, "coding", 0)]
    assert value_at(consent, (*paths[1], "display")) == "d"
