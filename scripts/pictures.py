"""Retakes the pictures of docs/images: the start page of a server, and the report of a run.

ndop run --edition ndop-1.1.0 && .venv/bin/python scripts/pictures.py
"""

from __future__ import annotations

import shutil
from urllib.parse import urljoin

from playwright.sync_api import sync_playwright

from ndop.conformance.report.reports import PAGE
from ndop.editions import DEFAULT_EDITION
from ndop.server import process
from ndop.server.process import ServerPlan
from ndop.system.layout import checkout
from ndop.system.progress import Progress

LAYOUT = checkout()
IMAGES = LAYOUT.root / "docs" / "images"


def main() -> None:
    """Write what is visible without scrolling."""
    plan = ServerPlan(DEFAULT_EDITION)
    with process.running(LAYOUT, plan, Progress()) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        for name, address in (
            ("start-page", urljoin(server.base_url, "/")),
            ("report", (LAYOUT.report / DEFAULT_EDITION / PAGE).as_uri()),
        ):
            page.goto(address)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
