"""Area security-audit: what is open beside the API (docs/specification.md, section 7.4)."""

from __future__ import annotations

import pytest

from ndop.conformance.suite.client import JSON, NdopClient
from ndop.conformance.suite.expectations import assert_spine_error, expect_that
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
    "page?serverId=home&page-url=http://127.0.0.1:1/",
    "search?serverId=home&resource=Consent",
    "sse",
    "swagger-ui/index.html",
    "v3/api-docs",
    "websocket",
]

#: Parts of texts that name a product, in lower case.
PRODUCTS = ("hapi", "spring", "whitelabel", "tomcat", "jetty", "apache", "swagger", "exception")


@pytest.mark.requirement("NDOP-211")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_the_api_is_open(
    ndop: NdopClient, edition: Edition, method: str, address: str
) -> None:
    """SHALL: beside the API, nothing of the host server answers, nor names a product."""
    typed = {"Content-Type": JSON} if method == "POST" else {}
    body = "{}" if method == "POST" else None
    response = ndop.request(method, f"../{address}", body=body, headers=typed)
    assert_spine_error(edition, response, status=404, issue="not-found", code="NO_RECORD_FOUND")
    for product in PRODUCTS:
        found = response.text.lower()
        expect_that("body", product not in found, found=found, expected=f"no {product!r}")
