"""The entries of a Bundle in XML, with their positions in its text."""

from __future__ import annotations

from xml.parsers import expat

from ndop.validation.bundle_entry import BundleEntry, ParseError


class DoctypeError(ParseError):
    """The XML has a document type declaration, which FHIR forbids."""


def xml_bundle_entries(text: str) -> list[BundleEntry] | None:
    """The entries that hold a resource; None if the text is not a Bundle.

    Raises DoctypeError. If the Bundle cannot be parsed to its end, the last entry has an error.
    """
    parser = _XmlBundleParser(text)
    parser.parse()
    return parser.entries if parser.is_bundle else None


class _XmlBundleParser:
    """Collects what is at Bundle/entry/resource. Entities are never expanded."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._position = (0, 0)  # bytes, and the characters that they decode to
        self._open_elements: list[str] = []
        self._declared_namespaces: list[dict[str, str]] = []
        self._entry_number = 0
        self._start = 0
        self._inherited_namespaces = ""
        self.entries: list[BundleEntry] = []
        self.is_bundle = False

    def parse(self) -> None:
        parser = expat.ParserCreate("UTF-8")
        self._parser = parser
        parser.StartElementHandler = self._start_element
        parser.EndElementHandler = self._end_element
        parser.StartDoctypeDeclHandler = self._reject_doctype
        try:
            parser.Parse(self._bytes, True)
        except expat.ExpatError as error:
            at = self._character_offset(parser.ErrorByteIndex)
            reason = expat.ErrorString(error.code) or "not well-formed"
            self.entries.append(BundleEntry("", at, at, error=f"not well-formed XML: {reason}"))

    def _reject_doctype(self, *_: object) -> None:
        at = self._character_offset(self._parser.CurrentByteIndex)
        raise DoctypeError("expected XML without a document type; found DOCTYPE", at)

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if not self._open_elements:
            self.is_bundle = local == "Bundle"
        if self._open_elements == ["Bundle", "entry", "resource"]:
            self._start = self._parser.CurrentByteIndex
            self._inherited_namespaces = self._inherited_declarations(attributes)
        self._open_elements.append(local)
        declared = {key: value for key, value in attributes.items() if key.startswith("xmlns")}
        self._declared_namespaces.append(declared)

    def _inherited_declarations(self, attributes: dict[str, str]) -> str:
        scope: dict[str, str] = {}
        for declared in self._declared_namespaces:
            scope.update(declared)
        return "".join(
            f' {key}="{_escape(value)}"' for key, value in scope.items() if key not in attributes
        )

    def _end_element(self, name: str) -> None:
        self._open_elements.pop()
        self._declared_namespaces.pop()
        if self._open_elements == ["Bundle"]:
            self._entry_number += 1
        if self._open_elements == ["Bundle", "entry", "resource"]:
            end = self._parser.CurrentByteIndex  # for an empty element, the offset after it
            if self._bytes.startswith(f"</{name}".encode(), end):
                end = self._bytes.index(b">", end) + 1
            entry = BundleEntry(
                f"entry[{self._entry_number}]",
                self._character_offset(self._start),
                self._character_offset(end),
                namespaces=self._inherited_namespaces,
            )
            self.entries.append(entry)

    def _character_offset(self, at: int) -> int:
        """The character offset of a byte offset; fast for ascending offsets."""
        known_bytes, characters = self._position
        if at < known_bytes:
            known_bytes, characters = 0, 0
        characters += len(self._bytes[known_bytes:at].decode("utf-8", "ignore"))
        self._position = (at, characters)
        return characters


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
