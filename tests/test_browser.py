"""The browser that tests of pages use can fail them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ndop.system.layout import Layout
from tests.browser import OpenPage, assert_accessible

GOOD = '<!DOCTYPE html><html lang="en"><title>A page</title><main><h1>A page</h1></main></html>'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_page_without_faults_passes(open_page: OpenPage, file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    assert_accessible(open_page(file))


def test_an_image_without_a_text_is_found(open_page: OpenPage, file: Path) -> None:
    image = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    file.write_text(GOOD.replace("</main>", f"{image}</main>"), encoding="utf-8")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(open_page(file))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ('<img alt="x" src="https://example.org/x.png">', "https://example.org/x.png"),
        ("<script>nothing()</script>", "nothing is not defined"),
    ],
)
def test_an_outside_request_and_a_broken_script_are_found(
    layout: Layout, chromium: object, tmp_path: Path, file: Path, fault: str, message: str
) -> None:
    """In a pytest of its own, as the fixture judges when the test is over."""
    file.write_text(GOOD.replace("</main>", f"{fault}</main>"), encoding="utf-8")
    test = tmp_path / "test_page.py"
    test.write_text(
        f"""
from pathlib import Path
from tests.browser import chromium, open_page

def test_page(open_page):
    open_page(Path({str(file)!r})).wait_for_timeout(200)
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", test],
        cwd=layout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert message in done.stdout
