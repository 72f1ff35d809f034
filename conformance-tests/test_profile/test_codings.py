"""Area profile: what every coding has in common (docs/specification.md, section 3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ndop.consents import Draft, Path, coding_paths, draft, having
from ndop.editions import Edition
from support import Refuses, proxy_role_path, source_path


@pytest.mark.requirement("NDOP-007")
@pytest.mark.parametrize("sample", ["minimal", "maximal"])
def test_codings_have_no_version(edition: Edition, refuses: Refuses, sample: str) -> None:
    """SHALL: no coding that the edition describes has a version."""
    paths = list(coding_paths(draft(edition, "9990000018", sample=sample)))
    assert len(paths) > 1
    for path in paths:
        refuses(
            lambda consent, path=path: having(consent, *path, "version", value="1"), sample=sample
        )


@pytest.mark.requirement("NDOP-007", "NDOP-010")
@pytest.mark.where(holds=lambda edition: "proxy" in edition.samples)
def test_proxy_role_coding_has_no_version(edition: Edition, refuses: Refuses) -> None:
    """SHALL: the coding of the proxy role has no version."""

    def change(consent: Draft) -> Draft:
        role = proxy_role_path(edition, consent)
        return having(consent, *role, "coding", 0, "version", value="1")

    refuses(change, sample="proxy")


@pytest.mark.requirement("NDOP-008")
def test_user_selected_is_not_allowed(edition: Edition, refuses: Refuses) -> None:
    """SHALL: userSelected is not allowed where the edition forbids it."""
    codings: dict[str, Callable[[Draft], Path]] = {
        "Consent.purpose": lambda _consent: ("purpose", 0),
        "Consent.category.coding": lambda _consent: ("category", 0, "coding", 0),
        "Extension.value[x]:valueCodeableConcept.coding": lambda consent: (
            *source_path(edition, consent),
            *("coding", 0),
        ),
    }
    constrained = {element for structure in edition.structures for element in structure.elements}
    forbidden = [element for element in codings if f"{element}.userSelected" in constrained]
    assert forbidden
    for element in forbidden:

        def change(consent: Draft, element: str = element) -> Draft:
            return having(consent, *codings[element](consent), "userSelected", value=True)

        refuses(change, sample="maximal")
