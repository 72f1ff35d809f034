"""From YAML files to an `Edition`: read, merge over the base, add shared facts, check, resolve."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ndop.editions import inheritance, located_yaml, shared_facts
from ndop.editions.located_yaml import KeyPath, LocatedData, Location, location_of
from ndop.editions.model import Edition
from ndop.editions.references import ReferenceResolver, validated
from ndop.system.errors import EditionError
from ndop.system.layout import Layout

#: The edition used unless another is named: the published API.
DEFAULT_EDITION = "ndop-1.1.0"


@dataclass(frozen=True, slots=True)
class EditionFolder:
    """A folder with one YAML file per edition, and the folder of the facts they share.

    `bases` is another folder whose editions can serve as bases.
    """

    editions: Path
    shared: Path
    bases: Path | None = None

    @classmethod
    def of(cls, layout: Layout, editions: Path | None = None) -> EditionFolder:
        """The editions of a checkout, or those of another folder, which use the shared facts of the
        checkout and may be based on its editions.
        """
        if editions is None:
            return cls(layout.editions, layout.shared_facts)
        return cls(editions, layout.shared_facts, layout.editions)

    def ids(self) -> list[str]:
        """Ids of the editions in the folder, sorted."""
        return sorted(file.stem for file in self.editions.glob("*.yaml"))

    def load(self, edition_id: str) -> Edition:
        """Load one edition.

        Raises EditionError if there is no such edition or its YAML is wrong. The message names
        file, line and key, what was expected and what was found; for an inherited fact, file and
        line are the base's.
        """
        if edition_id not in self.ids():
            raise EditionError(
                f"There is no edition {edition_id!r}. "
                f"Editions here: {', '.join(self.ids()) or 'none'} (files of {self.editions})."
            )
        located = self._located(edition_id)
        edition = validated(located.data, located)
        resolved = ReferenceResolver(edition, located).resolve(edition.model_dump(by_alias=True))
        edition = validated(resolved, located)
        if edition.id != edition_id:
            raise EditionError(
                f"{_place_of_id(located)}: id: expected {edition_id!r}, the name of the file, "
                f"found {edition.id!r}"
            )
        return edition

    def location(self, edition_id: str, path: KeyPath) -> Location:
        """File and line of a fact of an edition, or of its nearest enclosing fact.

        Raises EditionError if there is no such edition or its YAML is wrong.
        """
        return self._located(edition_id).location(path)

    def load_all(self) -> list[Edition]:
        """Load every edition of the folder.

        Raises EditionError as `load` does, and if two editions have the same package name and
        version, which identify a FHIR package.
        """
        editions = [self.load(edition_id) for edition_id in self.ids()]
        of_package: dict[tuple[str, str], Edition] = {}
        for edition in editions:
            other = of_package.setdefault((edition.package, edition.version), edition)
            if other is not edition:
                raise EditionError(
                    f"{self._place_of_version(edition)}: package: expected a name and version that "
                    f"no other edition has, found {edition.package} {edition.version}, which are "
                    f"those of {self._file(other.id)} too"
                )
        return editions

    def _place_of_version(self, edition: Edition) -> Location:
        """Where an edition says which version it is, or, where that is inherited, would have to."""
        place = self.location(edition.id, ("version",))
        own = self._file(edition.id)
        return place if place.file == own else Location(own, 1)

    def _file(self, edition_id: str) -> Path:
        """The file of an edition, in the folder of bases if this folder has none."""
        own = self.editions / f"{edition_id}.yaml"
        if self.bases is None or own.is_file():
            return own
        return self.bases / own.name

    def _known(self) -> list[str]:
        more = [] if self.bases is None else [file.stem for file in self.bases.glob("*.yaml")]
        return sorted({*self.ids(), *more})

    def _located(self, edition_id: str) -> LocatedData:
        """The facts of an edition, with everything it inherits and uses."""
        lineage = self._lineage(edition_id)
        facts: yaml.MappingNode | None = None
        used: set[str] = set()
        for _, own in reversed(lineage):
            names = _popped(own, "uses")
            facts = own if facts is None else inheritance.merge(facts, own)
            if names is not None:
                facts = self._with_shared_facts(facts, names, used)
        assert facts is not None
        inheritance.reject_unused_markers(facts)
        located = located_yaml.construct(facts, self._file(edition_id))
        located.data["based-on"] = [base_id for base_id, _ in lineage[1:]]
        return located

    def _lineage(self, edition_id: str) -> list[tuple[str, yaml.MappingNode]]:
        """Ids and nodes of the edition, of its base, of the base of that, and so on."""
        lineage: list[tuple[str, yaml.MappingNode]] = []
        next_id: str | None = edition_id
        while next_id is not None:
            root = located_yaml.compose(self._file(next_id))
            lineage.append((next_id, root))
            base = _popped(root, "based-on")
            next_id = None if base is None else self._known_base(base, [one for one, _ in lineage])
        return lineage

    def _known_base(self, base: yaml.Node, lineage: list[str]) -> str:
        known = self._known()
        if not isinstance(base, yaml.ScalarNode) or base.value not in known:
            bases = [one for one in known if one not in lineage]
            raise EditionError(
                f"{location_of(base)}: based-on: expected one of {', '.join(bases)}; "
                f"found {_shown(base)}"
            )
        if base.value in lineage:
            circle = " is based on ".join([*lineage[lineage.index(base.value) :], base.value])
            raise EditionError(
                f"{location_of(base)}: based-on: expected an edition that is not based on this one "
                f"in turn, found a circle: {circle}"
            )
        return str(base.value)

    def _with_shared_facts(
        self, facts: yaml.MappingNode, names: yaml.Node, used: set[str]
    ) -> yaml.MappingNode:
        """`facts` with the shared files that have not been used yet."""
        for name in names.value if isinstance(names, yaml.SequenceNode) else [names]:
            file = self.shared / f"{name.value}.yaml"
            if not isinstance(name, yaml.ScalarNode) or not file.is_file():
                raise EditionError(
                    f"{location_of(name)}: uses: expected a file of {self.shared}, "
                    f"found {_shown(name)}"
                )
            if name.value not in used:
                used.add(name.value)
                facts = shared_facts.joined(facts, located_yaml.compose(file))
        return facts


def _place_of_id(located: LocatedData) -> Location:
    """Where the id of an edition stands, or, where it is inherited, would have to."""
    place = located.location(("id",))
    return place if place.file == located.file else Location(located.file, 1)


def _popped(root: yaml.MappingNode, key: str) -> yaml.Node | None:
    """Remove a key that is meant for the loader and is not a fact; its value, if it is there."""
    found = [pair for pair in root.value if pair[0].value == key]
    root.value = [pair for pair in root.value if pair[0].value != key]
    return found[0][1] if found else None


def _shown(node: yaml.Node) -> str:
    """A node, for a message."""
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value)
    return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
