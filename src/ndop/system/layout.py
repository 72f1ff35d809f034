"""The folders and files of a checkout of the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ndop.system.errors import BuildError


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one checkout, below `root`.

    `published_folder` is where the published profiles are, if not beside the checkout.
    """

    root: Path
    published_folder: Path | None = None

    @property
    def editions(self) -> Path:
        """One YAML file for each edition."""
        return self.root / "profiles" / "editions"

    @property
    def shared_facts(self) -> Path:
        """Facts that editions have in common."""
        return self.root / "profiles" / "shared"

    @property
    def templates(self) -> Path:
        """Jinja2 templates of the artefacts."""
        return self.root / "profiles" / "templates"

    @property
    def generated(self) -> Path:
        """Committed artefacts, a folder for each edition; never edited by hand."""
        return self.root / "profiles" / "generated"

    @property
    def examples(self) -> Path:
        """The examples that people read, a folder for each edition; never edited by hand."""
        return self.root / "examples"

    @property
    def recordings(self) -> Path:
        """What the reference server said in each situation; committed."""
        return self.examples / "recorded.json"

    @property
    def all_examples(self) -> Path:
        """Every example, a folder for each edition, as the plugin carries them."""
        return self.build / "examples"

    @property
    def plugin(self) -> Path:
        """The Maven modules."""
        return self.root / "plugin"

    @property
    def conformance_tests(self) -> Path:
        """The pytest suite and requirements.csv."""
        return self.root / "conformance-tests"

    @property
    def requirements(self) -> Path:
        """The register of requirements."""
        return self.conformance_tests / "requirements.csv"

    @property
    def build(self) -> Path:
        """Everything that can be rebuilt; not committed."""
        return self.root / "build"

    @property
    def packages(self) -> Path:
        """The FHIR packages of the editions, as they go into the plugin's jar."""
        return self.build / "packages"

    @property
    def in_xml(self) -> Path:
        """The same artefacts in XML, an archive for each edition."""
        return self.build / "xml"

    @property
    def report(self) -> Path:
        """Reports of conformance runs, a folder for each edition."""
        return self.build / "report"

    @property
    def proof(self) -> Path:
        """Results of the seeded faults, a folder for each edition."""
        return self.build / "proof"

    @property
    def bills(self) -> Path:
        """The software bills of materials."""
        return self.build / "sbom"

    @property
    def verdicts(self) -> Path:
        """Why published and generated profiles may give different verdicts on a Consent."""
        return self.root / "profiles" / "verdicts.yaml"

    @property
    def parity_page(self) -> Path:
        """The generated page that counts those differences."""
        return self.root / "docs" / "parity.md"

    @property
    def published(self) -> Path:
        """The published profiles, a folder for each edition; a plain clone does not have them."""
        return self.published_folder or self.root.parent / "shared" / "reference"


def checkout() -> Layout:
    """The checkout that this package runs from, or the one that NDOP_HOME names; NDOP_PUBLISHED
    names the folder of the published profiles.

    Raises BuildError if neither is a checkout: the profiles and the plugin are part of one, not
    of the Python package.
    """
    root = Path(os.environ.get("NDOP_HOME", Path(__file__).parents[3])).resolve()
    if not (root / "profiles" / "editions").is_dir():
        missing = BuildError(
            f"No checkout of ndop-fhir at {root}: expected the folder profiles/editions there. "
            "Run ndop from a clone, or name one in the environment variable NDOP_HOME."
        )
        missing.paths = (root,)
        raise missing
    published = os.environ.get("NDOP_PUBLISHED")
    return Layout(root, Path(published).resolve() if published else None)
