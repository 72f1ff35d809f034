"""Validating a Consent and setting a preference on the start page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ndop.consents import consent as consent_model
from ndop.consents import draft
from ndop.consents.nhs_numbers import synthetic
from ndop.editions import Edition, EditionFolder
from ndop.fhir import tokens
from ndop.fhir.tokens import Caller
from ndop.server import process
from ndop.server.process import RunningServer, ServerPlan
from ndop.system.layout import Layout
from ndop.system.progress import Progress
from tests.browser import assert_accessible

pytestmark = pytest.mark.slow

PATIENT = "9990000018"


def opened(chromium: Browser, base_url: str) -> Iterator[Page]:
    """The start page, which asks for nothing of another origin and has no script that fails."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    requested: list[str] = []
    failures: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(urljoin(base_url, "/"))
    yield page
    context.close()
    assert {urlsplit(url).netloc for url in requested} == {urlsplit(base_url).netloc}
    assert failures == []


@pytest.fixture
def page(chromium: Browser, server: RunningServer) -> Iterator[Page]:
    yield from opened(chromium, server.base_url)


@pytest.fixture(scope="module")
def drafts_server(built: Layout, progress: Progress) -> Iterator[RunningServer]:
    """A server that requires audit headers, of an edition with several purposes."""
    plan = ServerPlan("noom-draft", settings={"ndop.audit": "required"})
    with process.running(built, plan, progress) as running:
        yield running


@pytest.fixture
def strict_page(chromium: Browser, drafts_server: RunningServer) -> Iterator[Page]:
    yield from opened(chromium, drafts_server.base_url)


def verdict(page: Page) -> Locator:
    return page.locator("#verdict")


def validate(page: Page, text: str) -> None:
    page.get_by_label("Consent or Bundle").fill(text)
    page.get_by_role("button", name="Validate").click()
    expect(verdict(page)).not_to_have_text("Validating …")


def in_xml(edition: Edition) -> str:
    """A valid Consent, with line breaks."""
    text = consent_model(edition, PATIENT).model_dump_xml(pretty_print=True)
    return bytes(text).decode()  # type: ignore[arg-type]  # text in JSON, bytes in XML


def line_of(text: str, part: str) -> int:
    return 1 + text[: text.index(part)].count("\n")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_valid_consent(page: Page, edition: Edition, form: str) -> None:
    in_json = json.dumps(draft(edition, PATIENT), indent=2)
    validate(page, in_json if form == "json" else in_xml(edition))
    expect(verdict(page)).to_contain_text("Valid: no remarks.")


def test_findings_stand_at_their_lines(page: Page, edition: Edition, layout: Layout) -> None:
    text = json.dumps({**draft(edition, PATIENT), "status": "draft"}, indent=2)
    validate(page, text)
    expect(verdict(page)).to_contain_text("would be refused: 1 error")
    line = line_of(text, '"draft"')
    found = page.locator(f"#line-{line}")
    expect(found).to_contain_text("Error")
    expect(found).to_have_class("found")
    page.get_by_role("link", name=f"line {line}").click()
    assert page.evaluate("location.hash") == f"#line-{line}"
    assert_accessible(page)
    page.screenshot(path=layout.build / "start-page-findings.png", full_page=True)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_findings_in_xml_stand_at_their_lines(page: Page, edition: Edition) -> None:
    text = in_xml(edition)
    wrong = text.replace('<status value="inactive"', '<status value="draft"')
    wrong = wrong.replace('<status value="active"', '<status value="draft"')
    assert wrong != text
    validate(page, wrong)
    expect(page.locator(f"#line-{line_of(wrong, 'draft')}")).to_contain_text("Error")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_each_entry_of_a_bundle_is_judged(page: Page, edition: Edition, form: str) -> None:
    """Its findings stand at the lines of the Bundle, whatever else the Bundle has."""
    good = draft(edition, PATIENT)
    if form == "json":
        bad = {**good, "status": "draft"}
        text = json.dumps(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {"fullUrl": 'urn:x:"}{', "resource": good},
                    {"resource": bad, "search": {"mode": "match"}},
                ],
            },
            indent=2,
        )
    else:
        one = in_xml(edition)
        one = one[one.index("<Consent") :].replace(' xmlns="http://hl7.org/fhir"', "")
        status = f'<status value="{good["status"]}"'
        bad_one = one.replace(status, '<status value="draft"')
        assert bad_one != one
        entries = "".join(
            f"<entry><!-- <entry> --><resource>\n{each}</resource></entry>\n"
            for each in (one, bad_one)
        )
        text = f'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>\n{entries}</Bundle>'
    validate(page, text)
    expect(verdict(page)).to_contain_text("1 of 2 entries would be refused: 1 error")
    expect(page.locator("#report > ol").first).to_contain_text("Entry 2")
    expect(page.locator(f"#line-{line_of(text, 'draft')}")).to_contain_text("Error")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resourceType": "Consent", "status": ', "Expected"),
        ("<Consent", "Expected"),
        ("rubbish", "Expected"),
        ('{"resourceType": "Patient"}', "Consent"),
        ('{"resourceType": "Bundle", "type": "collection"}', "no entry"),
        ("<img src=x onerror=alert(1)>", "Expected"),
        ("", "text field is empty"),
    ],
)
def test_what_is_no_consent_is_said_to_be_none(page: Page, text: str, said: str) -> None:
    validate(page, text)
    expect(page.locator("section", has=page.locator("#verdict"))).to_contain_text(said)
    assert page.locator("#report img").count() == 0


def test_a_file_can_be_opened_or_dropped(page: Page, edition: Edition, tmp_path: Path) -> None:
    file = tmp_path / "consent.json"
    file.write_text(json.dumps(draft(edition, PATIENT)), encoding="utf-8")
    page.get_by_label("Or open a file").set_input_files(file)
    expect(verdict(page)).to_contain_text("consent.json is in the text field")
    page.get_by_role("button", name="Validate").click()
    expect(verdict(page)).to_contain_text("Valid")

    page.evaluate(
        """content => {
            const data = new DataTransfer();
            data.items.add(new File([content], "dropped.json"));
            document.getElementById("text").dispatchEvent(
                new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        '{"resourceType": "Consent"}',
    )
    expect(verdict(page)).to_contain_text("dropped.json is in the text field")
    page.get_by_role("button", name="Validate").click()
    expect(verdict(page)).to_contain_text("would be refused")


def test_a_preference_is_set_and_changed(page: Page, edition: Edition, layout: Layout) -> None:
    """By keyboard only."""
    state = page.locator("#preference")
    page.get_by_label("NHS number").fill(next(iter(synthetic())))
    page.get_by_role("button", name="Look up").focus()
    page.keyboard.press("Enter")
    expect(state).to_contain_text("Nothing is stored")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(state).to_contain_text(
        f"Saved. Opted out (status {edition.status.opted_out}), version 1"
    )
    summaries = page.locator("#exchanges summary").all_inner_texts()
    assert [one.split()[0] + one.rpartition(":")[2] for one in summaries] == [
        "GET 200",
        "POST 201",
        "GET 200",
    ]
    page.get_by_label("Not opted out").check()
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(state).to_contain_text(f"Not opted out (status {edition.status.sharing}), version 2")
    assert 'If-Match: W/"1"' in page.locator("#exchanges").inner_text()
    page.get_by_role("button", name="Show the history").focus()
    page.keyboard.press("Enter")
    expect(state).to_contain_text("2 versions")
    rows = page.locator("#versions tbody tr").all_inner_texts()
    assert [row.split()[:2] for row in rows] == [
        ["2", edition.status.sharing],
        ["1", edition.status.opted_out],
    ]
    assert_accessible(page)
    page.screenshot(path=layout.build / "start-page-portal.png", full_page=True)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_refusal_is_shown(page: Page) -> None:
    page.get_by_label("Headers, one a line").fill("Authorization: Bearer nonsense")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#preference")).to_contain_text("Refused with HTTP 400: Authorization")


def test_a_server_that_requires_headers(strict_page: Page, folder: EditionFolder) -> None:
    """The headers of one interaction serve for all, each with its own purpose."""
    edition = folder.load("noom-draft")
    state = strict_page.locator("#preference")
    strict_page.get_by_label("NHS number").fill(PATIENT)
    strict_page.get_by_role("button", name="Save").click()
    expect(state).to_contain_text("Refused with HTTP 400")
    claims = tokens.claims(edition, Caller(patient=PATIENT))
    headers = {
        **tokens.audit_headers(edition, "read"),
        **tokens.token_header(edition, tokens.unsecured(claims)),
    }
    strict_page.get_by_label("Headers, one a line").fill(
        "\n".join(f"{name}: {value}" for name, value in headers.items())
    )
    for purpose in edition.purpose_codings():
        strict_page.get_by_label("About").select_option(label=purpose.display)
        strict_page.get_by_role("button", name="Save").click()
        expect(state).to_contain_text("Saved. Opted out")
    validate(strict_page, json.dumps(draft(edition, PATIENT)))
    expect(verdict(strict_page)).to_contain_text("Valid")
