"""What generated files are made from is found by the imports of what makes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ndop
from ndop.system import fingerprint

PACKAGE = Path(ndop.__file__).parent


@pytest.fixture(scope="module")
def copied_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, for a test to change."""
    folder = tmp_path_factory.mktemp("src") / PACKAGE.name
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, folder, ignore=ignored))


def changes(package: Path, maker: str, edited: str) -> bool:
    """Whether an edit of a file shows in the fingerprint of what a module makes."""

    def taken() -> str:
        return fingerprint.of_files(fingerprint.source_files(package / maker, package), package)

    before, file = taken(), package / edited
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n# edited\n", encoding="utf-8")
    after = taken()
    file.write_text(text, encoding="utf-8")
    assert taken() == before
    return after != before


@pytest.mark.parametrize(
    ("maker", "edited"),
    [
        ("profiles/build.py", "profiles/build.py"),
        ("profiles/build.py", "profiles/openapi.py"),
        ("profiles/build.py", "profiles/consent_schema.py"),
        ("profiles/build.py", "editions/__init__.py"),
        ("profiles/build.py", "editions/model.py"),
        ("profiles/build.py", "editions/inheritance.py"),
        ("profiles/build.py", "java/toolkit.py"),
        ("profiles/build.py", "system/processes.py"),
        ("examples/files.py", "editions/model.py"),
        ("examples/files.py", "consents/drafts.py"),
        ("examples/files.py", "consents/nhs_numbers.py"),
        ("examples/files.py", "fhir/outcomes.py"),
    ],
)
def test_an_edit_of_what_a_maker_imports_shows(
    copied_package: Path, maker: str, edited: str
) -> None:
    assert changes(copied_package, maker, edited)


def test_an_edit_of_anything_else_does_not(copied_package: Path) -> None:
    assert not changes(copied_package, "profiles/build.py", "cli/app.py")
    assert not changes(copied_package, "profiles/build.py", "upholding/uphold.py")


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    package = tmp_path / "made"
    files = {
        "__init__.py": "",
        "maker.py": "import json\nimport made.one.deep\nfrom made.two import thing\n",
        "one/__init__.py": "from made import of_package\n",
        "one/deep.py": "def later():\n    from made.two import late\n",
        "of_package.py": "from made.maker import *\n",
        "two/__init__.py": "thing = 1\n",
        "two/late.py": "",
        "two/other.py": "",
        "json.py": "",
    }
    for name, text in files.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = fingerprint.source_files(package / "maker.py", package)
    expected = files.keys() - {"two/other.py", "json.py"}
    assert {str(file.relative_to(package)) for file in found} == expected
