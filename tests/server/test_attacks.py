"""Known attacks by HTTP, JSON, XML and FHIR: each is refused with a Spine outcome or has no effect.
SECURITY.md names these tests."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from ndop.conformance.suite.client import JSON, XML
from ndop.conformance.suite.expectations import assert_spine_error
from ndop.consents import Draft, adding, having
from ndop.editions import Edition
from ndop.server.process import RunningServer
from tests.server.raw_http import (
    TELLTALES,
    connect,
    parse_response,
    raw_request,
    receive_all,
    send_raw,
)

pytestmark = pytest.mark.slow


def post(
    http: httpx.Client, body: str | bytes, content_type: str = JSON, **headers: str
) -> httpx.Response:
    typed = {"Content-Type": content_type, **headers}
    return http.post("Consent", content=body, headers=typed)


def expect_refusal(
    edition: Edition, answer: httpx.Response, status: int, code: str = "BAD_REQUEST"
) -> None:
    assert_spine_error(edition, answer, status=status, code=code)
    assert discloses_no_product(answer)


def discloses_no_product(answer: httpx.Response) -> bool:
    content = answer.text + str(answer.headers)
    return not [one for one in TELLTALES if one in content] and "server" not in answer.headers


def is_stored(http: httpx.Client, consent: Draft) -> bool:
    found = http.get("Consent", params={"patient": consent["patient"]["reference"]})
    assert found.status_code == 200, found.text
    return bool(found.json()["total"])


# --- XML -------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A local URL, and what is sent to it."""
    calls: list[bytes] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        stopped = threading.Event()

        def listen() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    calls.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", calls
        stopped.set()
        thread.join()


CONSENT_IN_XML = "<Consent xmlns='http://hl7.org/fhir'><status value='{}'/></Consent>"


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ("<!DOCTYPE c [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "&e;"),
        ("<!DOCTYPE c [<!ENTITY e SYSTEM '{listener}'>]>", "&e;"),
        ("<!DOCTYPE c SYSTEM '{listener}'>", "active"),
        ("<!DOCTYPE c [<!ENTITY % p SYSTEM '{listener}'> %p;]>", "active"),
        ("<?xml-stylesheet href='{listener}'?>", "active"),
    ],
    ids=["file", "address", "document type", "parameter entity", "style sheet"],
)
def test_xml_that_names_other_documents(
    http: httpx.Client,
    edition: Edition,
    listener: tuple[str, list[bytes]],
    declaration: str,
    value: str,
) -> None:
    address, calls = listener
    answer = post(http, declaration.replace("{listener}", address) + CONSENT_IN_XML.format(value))
    assert answer.status_code == 400  # as JSON, to begin with
    body = declaration.replace("{listener}", address) + CONSENT_IN_XML.format(value)
    answer = post(http, body, XML)
    assert answer.status_code in (400, 422)
    assert_spine_error(edition, answer, status=answer.status_code)
    assert "root:" not in answer.text
    time.sleep(0.5)
    assert calls == []


def test_schema_location_is_not_followed(
    http: httpx.Client, edition: Edition, listener: tuple[str, list[bytes]]
) -> None:
    address, calls = listener
    body = (
        "<Consent xmlns='http://hl7.org/fhir' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
        f" xsi:schemaLocation='http://hl7.org/fhir {address}'><status value='active'/></Consent>"
    )
    assert_spine_error(edition, post(http, body, XML), status=(400, 422))
    profiled = {"resourceType": "Consent", "meta": {"profile": [address]}, "implicitRules": address}
    assert_spine_error(edition, post(http, json.dumps(profiled)), status=(400, 422))
    time.sleep(0.5)
    assert calls == []


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE c [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(
            f"<!ENTITY {two} '{f'&{one};' * 10}'>"
            for one, two in zip("abcdefg", "bcdefgh", strict=True)
        )
        + "<!ENTITY e '&h;'>]>",
        f"<!DOCTYPE c [<!ENTITY e '{'a' * 100_000}'>]>",
    ],
    ids=["exponential", "quadratic"],
)
def test_entity_expansion(http: httpx.Client, edition: Edition, declaration: str) -> None:
    answer = post(http, declaration + CONSENT_IN_XML.format("&e;" * 1000), XML)
    expect_refusal(edition, answer, 400)


def test_entities_in_a_narrative(http: httpx.Client, edition: Edition, consent: Draft) -> None:
    div = (
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
        "<div xmlns='http://www.w3.org/1999/xhtml'>&e;</div>"
    )
    answer = post(http, json.dumps({**consent, "text": {"status": "generated", "div": div}}))
    assert_spine_error(edition, answer, status=(400, 422))
    assert "root:" not in answer.text


# --- sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b" " * 200_000_000), "gzip", 413),
        (gzip.compress(gzip.compress(b" " * 200_000_000)), "gzip, gzip", 415),
        (b"\0" * 100, "br", 415),
        (b"\0" * 100, "gzip", 400),
        (gzip.compress(b"{}" * 1000)[:-9], "gzip", 400),
    ],
    ids=["bomb", "bomb in a bomb", "another encoding", "no gzip", "cut off"],
)
def test_compressed_bodies(
    http: httpx.Client, edition: Edition, body: bytes, encoding: str, status: int
) -> None:
    answer = post(http, body, **{"Content-Encoding": encoding})
    assert_spine_error(edition, answer, status=status)


def test_work_does_not_grow_with_the_square_of_the_body(
    http: httpx.Client, edition: Edition, consent: Draft
) -> None:
    """HL7's validator compares extensions with each other: a megabyte of them took a minute."""
    extensions = [{"url": f"http://x/{number}", "valueString": "x"} for number in range(18_000)]
    answer = post(http, json.dumps({**consent, "modifierExtension": extensions}))
    expect_refusal(edition, answer, 400)
    few = {**consent, "extension": [*consent["extension"], *extensions[:600]]}
    post(http, json.dumps(few))


@pytest.mark.parametrize("steps", [10_000, 300_000])
def test_long_references(http: httpx.Client, edition: Edition, consent: Draft, steps: int) -> None:
    """A regular expression that repeats a group overflows the stack of Java's engine."""
    reference = "https://x" + "/a" * steps + "/9990000018"
    for changed in (
        having(consent, "patient", "reference", value=reference),
        having(consent, "consentingParty", 0, "reference", value=reference),
        having(consent, "organization", 0, "reference", value=reference),
    ):
        expect_refusal(edition, post(http, json.dumps(changed)), 422, "INVALID_RESOURCE")
    found = http.get("Consent", params={"patient": "https://x" + "/a" * 800 + "/9990000018"})
    assert found.json()["total"] == 0


@pytest.mark.parametrize(
    "number",
    ["1e999999999", "1e-999999999", "9" * 5000, "0." + "9" * 5000, "-1E+2147483648", "1e99"],
    ids=["huge", "tiny", "long", "long fraction", "beyond the exponent", "large"],
)
def test_oversized_numbers(
    http: httpx.Client, edition: Edition, consent: Draft, number: str
) -> None:
    text = json.dumps(
        adding(consent, "extension", value={"url": "http://x/n", "valueDecimal": "NUMBER"})
    )
    answer = post(http, text.replace('"NUMBER"', number))
    if answer.status_code == 201:  # FHIR bounds no decimal
        assert http.get(answer.headers["location"]).status_code == 200
    else:
        assert_spine_error(edition, answer, status=(400, 422))


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "1e99999999999999"])
def test_oversized_numbers_in_xml(
    http: httpx.Client, edition: Edition, consent: Draft, number: str
) -> None:
    body = (
        "<Consent xmlns='http://hl7.org/fhir'><extension url='http://x/n'>"
        f"<valueDecimal value='{number}'/></extension></Consent>"
    )
    assert_spine_error(edition, post(http, body, XML), status=(400, 422))
    as_text = adding(consent, "extension", value={"url": "http://x/n", "valueDecimal": number})
    assert_spine_error(edition, post(http, json.dumps(as_text)), status=(400, 422))


@pytest.mark.parametrize("value", ["2147483648", "-1", "1.5", '"1"', "1e3", "9" * 60])
def test_integers_out_of_range(
    http: httpx.Client, edition: Edition, consent: Draft, value: str
) -> None:
    text = json.dumps(
        adding(consent, "extension", value={"url": "http://x/n", "valuePositiveInt": "NUMBER"})
    )
    answer = post(http, text.replace('"NUMBER"', value))
    assert_spine_error(edition, answer, status=(400, 422))
    assert not is_stored(http, consent)


# --- the same body, read differently ---------------------------------------------------------


@pytest.mark.parametrize("second", ["status", "\\u0073tatus"])
def test_duplicate_keys(http: httpx.Client, edition: Edition, consent: Draft, second: str) -> None:
    """One reader takes the first value, another the last: which was validated?"""
    text = json.dumps(consent)[:-1] + f', "{second}": "inactive"}}'
    expect_refusal(edition, post(http, text), 400)
    nested = json.dumps(consent).replace('"reference":', '"reference": "https://x/1", "reference":')
    expect_refusal(edition, post(http, nested), 400)
    assert not is_stored(http, consent)


@pytest.mark.parametrize("more", ["{}", "x", ",", "]", "\0", '{"resourceType": "Consent"}'])
def test_more_after_the_end(
    http: httpx.Client, edition: Edition, consent: Draft, more: str
) -> None:
    expect_refusal(edition, post(http, json.dumps(consent) + more), 400)
    assert not is_stored(http, consent)


@pytest.mark.parametrize(
    ("encoding", "content_type", "status"),
    [
        ("utf-7", f"{JSON}; charset=utf-7", 415),
        ("utf-16", f"{JSON}; charset=utf-16", 415),
        ("utf-16", JSON, 400),
        ("utf-16-le", f"{JSON}; charset=utf-8", 400),
        ("utf-32-be", f"{JSON}; charset=utf-8", 400),
        ("latin-1", f"{JSON}; charset=iso-8859-1", 415),
        ("latin-1", f"{JSON}; charset=utf-8", 400),
        ("utf-8", f"{JSON}; charset=nonsense", 415),
        ("utf-8", f"{JSON}; charset=utf-8; charset=utf-7", 415),
    ],
)
def test_charsets(
    http: httpx.Client,
    edition: Edition,
    consent: Draft,
    encoding: str,
    content_type: str,
    status: int,
) -> None:
    text = json.dumps({**consent, "language": "é"}, ensure_ascii=False)
    answer = post(http, text.encode(encoding), content_type)
    assert_spine_error(edition, answer, status=status)
    assert not is_stored(http, consent)


@pytest.mark.parametrize("escaped", ["\\u0000", "\\u001b", "\\ud800", "\\udc00\\ud800", "\\uffff"])
def test_characters_that_fhir_does_not_have(
    http: httpx.Client, edition: Edition, consent: Draft, escaped: str
) -> None:
    """Neither XML nor PostgreSQL could hold them."""
    identified = having(consent, "identifier", value={"value": "MARK"})
    body = json.dumps(identified)
    assert '"MARK"' in body
    response = post(http, body.replace("MARK", f"a{escaped}b"))
    assert_spine_error(edition, response, status=400, code="BAD_REQUEST")


@pytest.mark.parametrize("encoding", ["UTF-7", "UTF-16", "ISO-8859-1", "IBM037", "nonsense"])
def test_xml_that_declares_another_encoding(
    http: httpx.Client, edition: Edition, encoding: str
) -> None:
    body = f"<?xml version='1.0' encoding='{encoding}'?>" + CONSENT_IN_XML.format("active")
    expect_refusal(edition, post(http, body, XML), 400)


# --- HTTP ------------------------------------------------------------------------------------

SMUGGLED = b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 5", "Content-Length: 5"],
        ["Content-Length: 5, 6"],
        ["Content-Length: +5"],
        ["Content-Length: -5"],
        ["Content-Length: 0x5"],
        ["Content-Length: 99999999999999999999"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding:\x0bchunked"],
        ["X: a\rTransfer-Encoding: chunked"],
        ["X: a\x00b", "Content-Length: 5"],
        ["X\x7f: a", "Content-Length: 5"],
    ],
    ids=repr,
)
def test_smuggling(
    http: httpx.Client, server: RunningServer, edition: Edition, lines: list[str]
) -> None:
    """Two readers of a connection must not disagree where a request ends: it is refused, or the
    connection ends after one answer. The chunked form ends before the second request; so does
    the one of five bytes."""
    head = ["POST /fhir/Consent HTTP/1.1", "Content-Type: text/plain", *lines]
    answers = send_raw(server.base_url, *head, body=b"0\r\n\r\n" + SMUGGLED)
    first = parse_response(answers)
    assert_spine_error(edition, first, status=(400, 415, 501))
    assert discloses_no_product(first)
    assert answers.count(b"HTTP/1.1 ") == 1, answers
    assert b"CapabilityStatement" not in answers


@pytest.mark.parametrize(
    "lines",
    [
        ["X: a\r\n folded", "Content-Length: 5"],
        ["X: a\nContent-Length: 5"],
        ["X: a\nTransfer-Encoding: chunked"],
    ],
    ids=repr,
)
def test_odd_lines_of_a_header_have_the_meaning_that_http_gives_them(
    server: RunningServer, lines: list[str]
) -> None:
    """RFC 9112, 2.2 and 5.2: a line feed alone ends a line, a folded line goes on. So the body is
    one of five bytes, or an empty chunked one; what follows is a request of its own."""
    head = ["PUT /fhir/Consent/unknown HTTP/1.1", f"Content-Type: {JSON}", *lines]
    answers = send_raw(server.base_url, *head, body=b"0\r\n\r\n" + SMUGGLED)
    assert answers.count(b"HTTP/1.1 ") <= 2
    assert parse_response(answers).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"5\r\n{}   \r\n0\r\nX-Trailer: a\r\n\r\n",
        b"-1\r\n\r\n",
        b"ffffffffffffffff\r\n{}",
        b"5;" + b"a" * 20_000 + b"\r\n{}   \r\n0\r\n\r\n",
        b"5\n{}   \n0\n\n",
        b"5\r\n{}     0\r\n\r\n",
        b"zz\r\n{}\r\n0\r\n\r\n",
    ],
    ids=["trailer", "negative", "huge", "extension", "bare LF", "no end", "no number"],
)
def test_chunks(server: RunningServer, edition: Edition, body: bytes) -> None:
    answer = raw_request(
        server.base_url,
        "POST /fhir/Consent HTTP/1.1",
        f"Content-Type: {JSON}",
        "Transfer-Encoding: chunked",
        body=body,
    )
    assert_spine_error(edition, answer, status=(400, 408, 413, 422))


@pytest.mark.parametrize(
    "start",
    [
        "GET /fhir/metadata HTTP/1.1\nHost: x\n\n",
        "GET /fhir/metadata\r\n\r\n",
        "GET  /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /fhir/meta data HTTP/1.1\r\nHost: x\r\n\r\n",
        "G\x00T /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /fhir/metadata HTTP/1.1\r\n\r\n",
        "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /fhir/metadata HTTP/1.1\r\nHost: x y/z\r\n\r\n",
    ],
    ids=repr,
)
def test_request_lines(server: RunningServer, start: str) -> None:
    """No way out of the API, no product, no failure; HTTP/0.9 and bare LF may be understood."""
    with connect(server.base_url) as connection:
        connection.sendall(start.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        answer = receive_all(connection)
    if answer.startswith(b"HTTP/"):
        first = parse_response(answer)
        assert first.status_code < 500 or first.status_code in (501, 505)
        assert discloses_no_product(first)


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/Consent/..;/Patient",
        "/fhir/..;/..;/etc/passwd",
        "/fhir/%2e%2e/%2e%2e/etc/passwd",
        "/fhir/%252e%252e/etc/passwd",
        "/fhir/..%2f..%2fetc%2fpasswd",
        "/fhir/..%5c..%5cetc",
        "/fhir/%c0%ae%c0%ae/etc/passwd",
        "/fhir/%uff0e%uff0e/etc",
        "/fhir/./././../WEB-INF/web.xml",
        "//fhir//../META-INF/MANIFEST.MF",
        "/fhir/Consent;jsessionid=1/_history/../../$export",
        "/fhir;a=b/$reindex",
        "/fhir/Consent/%00",
        "/fhir/Consent/1%0d%0aX-Injected:%20yes",
        "/h2-console",
        "/actuator/env",
        "/fhir/$meta",
        "/fhir/Consent/$validate",
        "/fhir/swagger-ui/",
        "/fhir/OperationDefinition",
        "/fhir/Binary/1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_paths(server: RunningServer, edition: Edition, method: str, path: str) -> None:
    answer = raw_request(server.base_url, f"{method} {path} HTTP/1.1", "Content-Length: 0")
    assert_spine_error(edition, answer, status=(400, 404, 405, 415, 501))
    assert discloses_no_product(answer)
    assert "x-injected" not in answer.headers


def test_hosts_and_forwarding(server: RunningServer, http: httpx.Client) -> None:
    """Headers of a proxy that a client forges change neither the answer nor its links."""
    answer = raw_request(
        server.base_url,
        "GET /fhir/metadata HTTP/1.1",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Prefix: /evil",
        "X-Original-URL: /fhir/Consent",
        "X-HTTP-Method-Override: DELETE",
        "X-Rewrite-URL: /etc/passwd",
    )
    assert answer.status_code == 200
    assert answer.json()["resourceType"] == "CapabilityStatement"
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_methods_are_not_overridden(http: httpx.Client, consent: Draft, name: str) -> None:
    created = post(http, json.dumps(consent))
    http.post(created.headers["location"].split("/_history")[0], headers={name: "DELETE"})
    http.get(created.headers["location"].split("/_history")[0], headers={name: "DELETE"})
    assert is_stored(http, consent)


# --- text that other programs read -----------------------------------------------------------

SQL = ["' OR '1'='1", "'; DROP TABLE hfj_resource; --", '" OR 1=1 --', "%", "_", "*", "\\"]


@pytest.mark.parametrize("value", SQL)
def test_sql_in_a_search(http: httpx.Client, edition: Edition, consent: Draft, value: str) -> None:
    assert post(http, json.dumps(consent)).status_code == 201
    reference = consent["patient"]["reference"]
    for name, text in (("patient", value), ("patient", reference + value), ("_id", value)):
        found = http.get("Consent", params={name: text})
        if found.status_code == 200:
            assert found.json()["total"] == 0
        else:
            assert_spine_error(edition, found, status=(400, 422))
    assert is_stored(http, consent)


@pytest.mark.parametrize(
    "value", [*SQL, "<script>alert(1)</script>", "${jndi:ldap://x}", "{{7*7}}"]
)
def test_text_is_kept_as_it_is(http: httpx.Client, consent: Draft, value: str) -> None:
    identifier = {"system": "https://example.org/x", "value": value}
    created = post(http, json.dumps({**consent, "identifier": identifier}))
    assert created.status_code == 201, created.text
    read = http.get(created.headers["location"])
    assert read.json()["identifier"] == identifier


def test_the_log_has_only_lines_of_the_server(
    http: httpx.Client, server: RunningServer, consent: Draft
) -> None:
    marker = "FORGED-LINE"
    forged = f"x\n12:00:00 ERROR fhir: {marker}\r\n"
    http.get("Consent", params={"patient": forged, "colour": forged})
    http.get("Consent", params={forged: "x"})
    http.get("Consent/" + quote(forged))
    http.get("metadata", headers={"X-Request-ID": quote(forged), "User-Agent": marker})
    post(http, json.dumps({**consent, forged: 1}))
    code = {"system": "urn:ietf:bcp:47", "code": forged}
    extension = {"url": "http://x", "valueCoding": code}
    for element in ({"language": forged}, {"extension": [extension]}, {"implicitRules": forged}):
        post(http, json.dumps({**consent, **element}))
    post(http, json.dumps({**consent, "meta": {"profile": [f"http://x/{quote(forged)}"]}}))
    assert marker not in server.log.read_text(encoding="utf-8")


def test_header_values_do_not_split_answers(server: RunningServer) -> None:
    answer = raw_request(
        server.base_url,
        "GET /fhir/Consent?patient=%0d%0aX-Injected:%20yes HTTP/1.1",
        "X-Request-ID: a%0d%0aX-Injected: yes",
        "Origin: http://x%0d%0aX-Injected: yes",
    )
    assert "x-injected" not in answer.headers


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"]
)
def test_html_is_not_shown_as_such(http: httpx.Client, consent: Draft, accept: str) -> None:
    """A browser that opens the URL of a Consent gets data, never an HTML page."""
    value = "<script>alert(1)</script>"
    identifier = {"system": "https://example.org/x", "value": value}
    created = post(http, json.dumps({**consent, "identifier": identifier}))
    for path in (created.headers["location"], f"Consent?patient={value}", f"Consent?{value}=1"):
        answer = http.get(path, headers={"Accept": accept})
        assert "html" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    refused = http.get(f"Consent/{value}", headers={"Accept": accept})
    assert value not in refused.text
    assert "html" not in refused.headers["content-type"]


def test_answers_are_not_kept_by_who_carries_them(http: httpx.Client, consent: Draft) -> None:
    created = post(http, json.dumps(consent))
    for answer in (created, http.get(created.headers["location"]), http.get("Consent/unknown")):
        assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "metadata"),
        ("HEAD", "metadata"),
        ("OPTIONS", ""),
        ("OPTIONS", "Consent"),
        ("TRACE", "metadata"),
        ("GET", "Consent/unknown"),
        ("GET", "%zz"),
        ("GET", "../unknown"),
        ("GET", "Consent?_format=html"),
        ("GET", "Consent?_format=text/html"),
        ("GET", "?_pretty=true"),
    ],
)
def test_no_product_is_told(server: RunningServer, method: str, path: str) -> None:
    answer = raw_request(server.base_url, f"{method} /fhir/{path} HTTP/1.1")
    assert discloses_no_product(answer)
    assert "x-powered-by" not in answer.headers
