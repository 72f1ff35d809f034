"""index.html in a browser: reading, filtering and printing it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ndop.conformance.report import reports
from tests.browser import OpenPage, assert_accessible
from tests.conformance.result_factories import make_run, make_test, run_with_every_outcome


@pytest.fixture
def page(open_page: OpenPage, tmp_path: Path) -> Page:
    reports.write(run_with_every_outcome(), tmp_path)
    return open_page(tmp_path / reports.PAGE)


def shown(page: Page) -> list[str]:
    return page.locator("details.test:visible summary").all_inner_texts()


def test_axe_finds_nothing(page: Page) -> None:
    page.get_by_role("button", name="Open tests").click()
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_either_scheme(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert_accessible(page)


def test_the_summary(page: Page) -> None:
    expect(page.locator("#verdict")).to_have_text("1 of 4 tests failed.")
    expect(page.get_by_role("img", name="Tests by area and outcome")).to_be_visible()
    row = page.get_by_role("table", name="Tests by area").get_by_role("row", name="create")
    expect(row.get_by_role("cell")).to_have_text(["0", "0", "1", "1", "1.0"])
    assert "NDOP-104 was left out: the gateway does it" in page.locator("main").inner_text()
    assert "To run it: give --claim strict-nhs-number" in page.locator("main").inner_text()


def test_the_picture_is_as_long_as_there_are_tests(page: Page) -> None:
    widths = page.locator("svg rect").evaluate_all(
        "all => all.map(one => [one.getAttribute('class'), +one.getAttribute('width')])"
    )
    assert widths == [["passed", 220], ["failed", 220], ["warning", 220], ["skipped", 220]]


def test_a_failure_is_open_and_complete(page: Page) -> None:
    test = page.locator("details.test[open]")
    expect(test).to_have_count(1)
    text = test.inner_text()
    for part in ("NDOP-097", "expected: 1", "curl -i -X POST", "Location: Consent/1"):
        assert part in text
    assert "<b>not markup</b>" in text


def test_filters(page: Page) -> None:
    page.get_by_label("Outcome", exact=True).select_option("failed")
    assert len(shown(page)) == 1
    expect(page.get_by_role("status")).to_have_text(
        "1 of 4 tests and 1 of 4 requirements are shown."
    )
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("status")).to_contain_text("4 of 4 tests")
    page.get_by_label("Search").fill("ndop-096 PASSES")
    assert [text.split()[0] for text in shown(page)] == ["passed"]
    page.get_by_label("Search").fill("nothing has this")
    assert shown(page) == []
    page.get_by_label("Search").fill("")
    page.get_by_label("Level").select_option("SHOULD")
    page.get_by_label("Area", exact=True).select_option("create")
    assert [text.split()[0] for text in shown(page)] == ["warning"]


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the tests")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.type("warns")
    assert [text.split()[0] for text in shown(page)] == ["warning"]
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    expect(page.locator("details.test:visible")).to_have_attribute("open", "")
    focused = page.evaluate(
        "document.activeElement.getBoundingClientRect().top >= "
        "document.getElementById('filter').getBoundingClientRect().bottom"
    )
    assert focused, "the focused test is behind the filter"


def test_a_link_opens_a_test_that_is_filtered_out(page: Page) -> None:
    page.get_by_label("Outcome", exact=True).select_option("failed")
    page.get_by_role("link", name="SHALL: skips.").first.click()
    test = page.locator("details.test", has_text="skips")
    expect(test).to_be_visible()
    expect(test).to_have_attribute("open", "")


def test_printing_leaves_the_controls_out(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.locator("#verdict")).to_be_visible()


def test_sources_are_links(page: Page) -> None:
    link = page.get_by_role("link", name="Guide, section 1").first
    expect(link).to_have_attribute("href", "https://example.org/guide#1")


def test_an_incomplete_run_and_one_without_tests(open_page: OpenPage, tmp_path: Path) -> None:
    reports.write(make_run([], complete=False, incomplete_because="of Ctrl-C"), tmp_path)
    page = open_page(tmp_path / reports.PAGE)
    expect(page.locator("#verdict")).to_contain_text("The run is incomplete: of Ctrl-C.")
    assert_accessible(page)
    reports.write(make_run([make_test("x")]), tmp_path)
    page.reload()
    expect(page.locator("#verdict")).to_have_text("Every SHALL that was tested passed.")
