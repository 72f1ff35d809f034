"""Area security-audit: what is open beside the API (docs/specification.md, section 7.4).

These are the only requests outside the base URL: as anyone could send them, without credentials,
and by methods that change nothing.
"""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from ndop.conformance.suite.client import NdopClient
from ndop.conformance.suite.expectations import (
    ExpectationError,
    assert_spine_error,
    expect_that,
)
from ndop.conformance.suite.plugin.fixtures import SkipTest
from ndop.editions import Edition

#: What servers of HAPI's stock image answer beside the API, and what other hosts usually have.
ADDRESSES = [
    "about",
    "actuator",
    "actuator/env",
    "actuator/prometheus",
    "cds-services",
    "control/jobs",
    "control/jobs/1",
    "error",
    "h2-console",
    "home",
    "index.html",
    "mcp/messages",
    # The stock test page asks the address that it is given: here its own host, where by the
    # register of ports nobody listens.
    "page?serverId=home&page-url=http://127.0.0.1:1/",
    "search?serverId=home&resource=Consent",
    "sse",
    "swagger-ui/index.html",
    "v3/api-docs",
    "websocket",
]

#: Parts of texts that name a product, in lower case.
PRODUCTS = ("hapi", "spring", "whitelabel", "tomcat", "jetty", "apache", "swagger", "exception")


#: How the FHIR server of a stock host names itself.
STOCK = re.compile(r"hapi[- ]?(fhir|[0-9])", re.IGNORECASE)


@pytest.mark.requirement("NDOP-211")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_only_the_api_is_open(
    ndop: NdopClient, edition: Edition, skip_test: SkipTest, method: str, address: str
) -> None:
    """SHALL: beside the API, nothing of the host server answers, nor names a product.

    Where the API refuses an address that nobody can have, its host has nothing else to answer
    with. Elsewhere a gateway or a neighbour may answer, and only what is plainly of a stock FHIR
    server fails.
    """
    unheard_of = ndop.request("GET", f"../{uuid.uuid4()}")
    response = ndop.request(method, f"../{address}")
    if not is_refused_by_the_api(edition, unheard_of):
        found = response.text
        expect_that("body", not STOCK.search(found), found=found, expected="no page of HAPI FHIR")
        skip_test(
            "something other than the API answers beside the base URL, a neighbour perhaps",
            remedy="test the server at its own address, without what stands before it",
        )
    assert_refused_by_the_api(edition, response)
    for product in PRODUCTS:
        found = response.text.lower()
        expect_that("body", product not in found, found=found, expected=f"no {product!r}")


def assert_refused_by_the_api(edition: Edition, response: httpx.Response) -> None:
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")


def is_refused_by_the_api(edition: Edition, response: httpx.Response) -> bool:
    try:
        assert_refused_by_the_api(edition, response)
    except ExpectationError:
        return False
    return True
