"""Area profile: dateTime (docs/specification.md, section 3)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import expect_status
from ndop.consents import Draft, having, without
from support import Note, Refuses


@pytest.mark.requirement("NDOP-028")
def test_date_time_is_mandatory(refuses: Refuses) -> None:
    """SHALL: a Consent has a dateTime."""
    refuses(lambda consent: without(consent, "dateTime"))


@pytest.mark.requirement("NDOP-029")
@pytest.mark.parametrize("value", ["2017-04-01", "2017-04", "2017"])
def test_date_time_has_date_and_time(refuses: Refuses, value: str) -> None:
    """SHALL: a dateTime has a full date and a time."""
    refuses(lambda consent: having(consent, "dateTime", value=value))


@pytest.mark.requirement("NDOP-030")
def test_date_time_has_a_zone(refuses: Refuses) -> None:
    """SHALL: a dateTime with a time has a time zone."""
    refuses(
        lambda consent: having(consent, "dateTime", value="2017-02-01T11:15:33"),
        status={400, 422},
        code=None,
    )


@pytest.mark.requirement("NDOP-031")
@pytest.mark.parametrize("value", ["1987-01-23T24:00:00+00:00", "1987/01/23T21:33:00+00:00"])
def test_date_time_is_a_real_instant(refuses: Refuses, value: str) -> None:
    """SHALL: hour 24 and dates with slashes are refused."""
    refuses(lambda consent: having(consent, "dateTime", value=value), status={400, 422}, code=None)


@pytest.mark.requirement("NDOP-032")
def test_minute_precision_is_recorded(ndop: NdopClient, consent: Draft, note: Note) -> None:
    """MAY: a dateTime without seconds is accepted or refused; recorded, not scored."""
    response = ndop.create(having(consent, "dateTime", value="1988-11-11T11:45+00:00"))
    expect_status(response, 201, 400, 422)
    note(f"a dateTime without seconds: {response.status_code}")
