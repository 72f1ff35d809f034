"""The snippets of docs/python.md print what the page says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import ndop
from ndop.system.layout import Layout


@pytest.fixture
def page(layout: Layout) -> str:
    return (layout.root / "docs" / "python.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_snippets(built: Layout, page: str) -> None:
    program = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    expected = "".join(re.findall(r"```text\n(.*?)```", page, re.DOTALL))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (expected, "")


def test_the_names_are_importable_and_typed(layout: Layout) -> None:
    assert all(hasattr(ndop, name) for name in ndop.__all__)
    assert (layout.root / "src/ndop/py.typed").is_file()
