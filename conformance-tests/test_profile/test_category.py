"""Area profile: category (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.consents import Draft, adding, draft, having, without
from ndop.editions import Edition
from support import Accepts, Refuses

CATEGORY_CODING = ("category", 0, "coding", 0)


@pytest.mark.requirement("NDOP-017")
@pytest.mark.parametrize(
    "shape", ["two", "two codings", "no system", "no code", "no display", "text"]
)
def test_category_is_at_most_one_complete_coding(refuses: Refuses, shape: str) -> None:
    """SHALL: a category is optional: at most one complete coding, without text."""
    coding = ("category", 0, "coding")

    def change(consent: Draft) -> Draft:
        if shape == "two":
            return adding(consent, "category", value=consent["category"][0])
        if shape == "two codings":
            return adding(consent, *coding, value=consent["category"][0]["coding"][0])
        if shape == "text":
            return having(consent, "category", 0, "text", value="National Data Opt-out")
        return without(consent, *coding, 0, shape.removeprefix("no "))

    refuses(change, sample="maximal")


@pytest.mark.requirement("NDOP-017", "NDOP-018")
def test_category_may_be_left_out(consent: Draft, accepts: Accepts) -> None:
    """SHALL: a Consent without a category is accepted."""
    consent.pop("category", None)
    accepts(consent)


@pytest.mark.requirement("NDOP-018")
def test_category_needs_no_display(edition: Edition, patient: str, accepts: Accepts) -> None:
    """SHALL: a category without a display, as in every published example, is accepted."""
    accepts(without(draft(edition, patient, sample="maximal"), *CATEGORY_CODING, "display"))


@pytest.mark.requirement("NDOP-018")
@pytest.mark.parametrize("shape", ["two", "two codings", "no coding", "no system", "no code"])
def test_category_is_one_coding(refuses: Refuses, shape: str) -> None:
    """SHALL: a category, where there is one, is a single coding with system and code."""

    def change(consent: Draft) -> Draft:
        category = consent["category"][0]
        if shape == "two":
            return adding(consent, "category", value=category)
        if shape == "two codings":
            return adding(consent, "category", 0, "coding", value=category["coding"][0])
        if shape == "no coding":
            return having(consent, "category", 0, value={"text": "National Data Opt-out"})
        return without(consent, *CATEGORY_CODING, shape.removeprefix("no "))

    refuses(change, sample="maximal")


@pytest.mark.requirement("NDOP-019")
@pytest.mark.parametrize(
    "shape",
    ["absent", "two", "another code", "another system", "no system", "no code", "no display"],
)
def test_category_is_the_model(refuses: Refuses, shape: str) -> None:
    """SHALL: there is exactly one category, the model's, with its display."""

    def change(consent: Draft) -> Draft:
        if shape == "absent":
            return without(consent, "category")
        if shape == "two":
            return adding(consent, "category", value=consent["category"][0])
        if shape == "another code":
            coding = {"code": "T2", "display": "Type-2 Opt-Out"}
            return having(
                consent, *CATEGORY_CODING, value={**consent["category"][0]["coding"][0], **coding}
            )
        if shape == "another system":
            system = "https://fhir.nhs.uk/ValueSet/noom-category-type-1"
            return having(consent, *CATEGORY_CODING, "system", value=system)
        return without(consent, *CATEGORY_CODING, shape.removeprefix("no "))

    refuses(change)
