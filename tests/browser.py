"""A real browser for tests of pages: headless Chromium, offline, with axe-core.

    def test_page(open_page: OpenPage) -> None:
        page = open_page(tmp_path / "index.html")
        page.get_by_label("Search").fill("NDOP-086")
        assert_accessible(page)

A test that opens a page also shows that the page requests nothing else. Without Chromium these
tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

#: Opens a file as a person would by double-clicking it.
OpenPage = Callable[[Path], Page]

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, one for all tests."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium, or Google Chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens pages with an empty profile; on teardown asserts that they requested nothing else
    and that none of their scripts failed.
    """
    context = chromium.new_context(offline=True)
    requested: list[str] = []
    opened: set[str] = set()
    failures: list[str] = []

    def open_file(file: Path) -> Page:
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url.partition("#")[0]))
        page.on("pageerror", lambda error: failures.append(str(error)))
        opened.add(file.resolve().as_uri())
        page.goto(file.resolve().as_uri())
        return page

    yield open_file
    context.close()
    outside = [url for url in requested if url not in opened and not url.startswith("data:")]
    if outside or failures:
        raise AssertionError(f"outside requests: {outside}, failures of scripts: {failures}")


def assert_accessible(page: Page) -> None:
    """Assert that axe-core finds nothing against WCAG 2.2 AA or its good practices."""
    found = Axe().run(page)
    message = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    if message:
        raise AssertionError("axe-core finds:\n" + "\n".join(message))
