"""The page that a browser gets at the root of a server, and the files that it leads to."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page

from ndop.conformance.suite.client import JSON, XML
from ndop.editions import Edition
from ndop.server.process import RunningServer
from ndop.system.layout import Layout
from tests.browser import assert_accessible

pytestmark = pytest.mark.slow

#: What a browser accepts.
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def root(server: RunningServer) -> str:
    return urljoin(server.base_url, "/")


@pytest.fixture
def page(chromium: Browser, root: str) -> Iterator[Page]:
    """The page in a browser, which asked for nothing but the page."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    opened = context.new_page()
    requested: list[str] = []
    failures: list[str] = []
    opened.on("request", lambda request: requested.append(request.url))
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.on("console", lambda console_message: failures.append(console_message.text))
    opened.goto(root)
    yield opened
    context.close()
    assert set(requested) <= {root, urljoin(root, "/favicon.ico")}
    assert [message for message in failures if "favicon" not in message] == []


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"#][^"]*)"', html)


def test_a_browser_gets_the_page(layout: Layout, page: Page, edition: Edition) -> None:
    assert page.title() == edition.title
    headings = [one.inner_text() for one in page.get_by_role("heading").all()]
    assert headings == [
        edition.title,
        "What this is",
        "Validate a Consent",
        "Set a preference",
        "Headers of these requests",
        "Requests",
        "Profiles",
        "Examples",
    ]
    assert edition.summary in page.inner_text("body")
    for code in ("capabilities", *edition.interactions):
        assert f"({code})" in page.inner_text("#requests + p + dl"), code
    background = page.evaluate("getComputedStyle(document.querySelector('pre')).backgroundColor")
    assert background == "rgb(238, 242, 245)", "the style sheet was refused"
    layout.build.mkdir(exist_ok=True)
    page.screenshot(path=layout.build / "start-page.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    assert_accessible(page)


def test_it_fits_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320


def test_every_link_is_reached_by_the_keyboard(page: Page) -> None:
    expected = page.evaluate("[...document.links].map(link => link.href)")
    reached = []
    for _ in range(len(expected) + 20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.href"))
    assert len(expected) > 30
    assert [one for one in reached if one][: len(expected)] == expected


def test_every_link_leads_somewhere(root: str, layout: Layout, edition: Edition) -> None:
    page = httpx.get(root, headers={"Accept": HTML})
    found = links(page.text)
    assert len(found) > 25
    for link in found:
        answer = httpx.get(urljoin(root, link), headers={"Accept": HTML}, timeout=60)
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].startswith((JSON, XML, "application/json")), link
    for artefact in (layout.generated / edition.id).glob("[A-Z]*.json"):
        served = httpx.get(f"{root}profiles/{artefact.name}")
        assert served.json() == json.loads(artefact.read_text(encoding="utf-8")), artefact.name


def test_every_example_is_served(root: str, layout: Layout, edition: Edition) -> None:
    folder = layout.all_examples / edition.id
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 200
    with httpx.Client() as http:
        for file in files:
            served = http.get(f"{root}examples/{file.relative_to(folder).as_posix()}")
            assert served.content == file.read_bytes(), file


def test_its_headers_lock_it_in(root: str) -> None:
    headers = httpx.get(root, headers={"Accept": HTML}).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "connect-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "Accept" in headers["vary"].split(", ")
    assert not {"server", "x-powered-by"} & set(headers)


def test_nothing_outside_is_named_and_no_product(root: str) -> None:
    html = httpx.get(root, headers={"Accept": HTML}).text
    hosts = {urlsplit(urljoin(root, link)).netloc for link in links(html)}
    assert hosts == {urlsplit(root).netloc}
    assert "src=" not in html
    assert not re.search(r"HAPI|Spring|Tomcat|8\.8\.0", html)


@pytest.mark.parametrize("accept", [JSON, XML, "*/*", f"{JSON}, text/html;q=0.5", None])
def test_a_fhir_client_is_answered_as_before(root: str, accept: str | None) -> None:
    """An outcome: there is no resource at the root."""
    with httpx.Client() as http:
        del http.headers["accept"]
        answer = http.get(root, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(XML if accept == XML else JSON)
    assert "NO_RECORD_FOUND" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "profiles/",
        "profiles/StructureDefinition-of-nobody.json",
        "profiles/../edition.json",
        "profiles/%2e%2e/edition.json",
        "examples/",
        "examples/valid/",
        "examples/valid/../../packages/ndop-1.1.0.tgz",
        "examples/valid/..%2f..%2f..%2fpackages%2fndop-1.1.0.tgz",
        "index.html",
    ],
)
def test_nothing_else_is_served(root: str, path: str) -> None:
    requested = subprocess.run(
        ["curl", "-s", "--path-as-is", "-H", f"Accept: {HTML}", "-w", "%{http_code}", root + path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert requested[-3:] in ("400", "404"), requested
    assert "OperationOutcome" in requested


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(root: str, method: str) -> None:
    answer = httpx.request(method, root, headers={"Accept": HTML})
    assert answer.status_code >= 400
    assert "OperationOutcome" in answer.text


def test_head_has_the_headers_and_no_body(root: str) -> None:
    answer = httpx.head(root, headers={"Accept": HTML})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.content == b""


def test_its_requests_work_as_pasted(root: str) -> None:
    """But for the id of a Consent, which the first answer gives."""
    html = httpx.get(root, headers={"Accept": HTML}).text
    lines = [
        line.replace("&#39;", "'").replace("&quot;", '"').replace("&amp;", "&")
        for line in re.findall(r"<pre>(.*?)</pre>", html)
    ]
    assert len(lines) == 12
    create = next(line for line in lines if "|" in line)
    stored = json.loads(output(create))
    assert stored["resourceType"] == "Consent"
    changed = json.dumps({**stored, "status": "inactive"})
    for line in lines:
        if line != create:
            pasted = line.replace("@consent.json", "@-").replace("/ID", f"/{stored['id']}")
            answer = json.loads(output(pasted, changed))
            expected = {"Consent", "Bundle", "CapabilityStatement"}
            if "$validate" in line:
                expected = {"OperationOutcome"}
                assert {one["severity"] for one in answer["issue"]} <= {"information", "warning"}
            elif "StructureDefinition/" in line:
                expected = {"StructureDefinition"}
            assert answer["resourceType"] in expected, line


def output(line: str, given: str = "") -> str:
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=True, input=given
    )
    return done.stdout


def test_the_openapi_description_is_served(root: str, layout: Layout, edition: Edition) -> None:
    served = httpx.get(f"{root}openapi.json", headers={"Origin": "https://portal.example"})
    assert served.content == (layout.generated / edition.id / "openapi.json").read_bytes()
    assert served.headers["content-type"].startswith("application/json")
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-security-policy"].startswith("default-src 'none'")
    assert served.headers["access-control-allow-origin"] in ("*", "https://portal.example")
    assert 'href="openapi.json"' in httpx.get(root, headers={"Accept": HTML}).text
    for path in ("openapi.json/", "openapi.json/x", "fhir/openapi.json", "openapi"):
        assert httpx.get(f"{root}{path}").status_code >= 400, path
    assert httpx.post(f"{root}openapi.json").status_code == 404


def test_every_parameter_of_the_description_is_understood(server: RunningServer) -> None:
    """What HAPI and the extension take stands in Java; the description says no more."""
    described = httpx.get(urljoin(server.base_url, "/openapi.json")).json()
    common = described["components"]["parameters"]
    tried = 0
    for path, operations in described["paths"].items():
        address = path.replace("{id}", "unknown").replace("{versionId}", "1")
        for parameter in operations.get("get", {}).get("parameters", []):
            known = (
                common[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
            )
            if known["in"] == "query":
                query = {known["name"]: str(known["schema"].get("examples", ["1"])[0])}
                answer = httpx.get(f"{server.base_url}{address}", params=query, timeout=60)
                assert answer.status_code != 422, (path, known["name"], answer.text)
                tried += 1
    assert tried > 15
    refused = httpx.get(f"{server.base_url}/Consent", params={"_since": "1"})
    assert refused.status_code == 422, "else this test shows nothing"
