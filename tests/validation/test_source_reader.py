"""Reading resources from files, folders and streams, with their positions."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from ndop.validation.resource_source import ResourceSource, UnreadableSource
from ndop.validation.source_reader import MAX_DOCUMENT_BYTES, MAX_RESOURCE_BYTES, read_sources

CONSENT = {"resourceType": "Consent", "status": "active"}
LINE = json.dumps(CONSENT)


def put(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def sources(*paths: str, stdin: bytes = b"") -> list[ResourceSource]:
    found = list(read_sources(paths, io.BytesIO(stdin)))
    assert [one for one in found if isinstance(one, UnreadableSource)] == []
    return [one for one in found if isinstance(one, ResourceSource)]


def only_unreadable(*paths: str) -> UnreadableSource:
    (one,) = (one for one in read_sources(paths) if isinstance(one, UnreadableSource))
    return one


def test_a_folder_is_read_in_a_stable_order(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.json", "a.xml", "below/c.ndjson", "notes.txt"):
        put(tmp_path, name, LINE)
    assert [Path(one.file).name for one in sources(str(tmp_path))] == [
        "a.xml",
        "b.json",
        "c.ndjson",
    ]


def test_a_glob(tmp_path: Path) -> None:
    put(tmp_path, "a.json", LINE)
    put(tmp_path, "b.txt", LINE)
    assert len(sources(f"{tmp_path}/*.json")) == 1
    assert len(sources(f"{tmp_path}/*")) == 2
    assert len(sources(f"{tmp_path}/**/*.txt")) == 1


def test_a_name_that_looks_like_a_glob(tmp_path: Path) -> None:
    assert len(sources(put(tmp_path, "a[1].json", LINE))) == 1


def test_standard_input() -> None:
    (source,) = sources("-", stdin=json.dumps(CONSENT, indent=1).encode())
    assert (source.file, source.line) == ("-", 1)
    assert [one.line for one in sources("-", stdin=f"{LINE}\n\n{LINE}".encode())] == [1, 3]


def test_line_endings_of_either_kind(tmp_path: Path) -> None:
    for ending in ("\n", "\r\n"):
        found = sources(put(tmp_path, "a.ndjson", f"{LINE}{ending}{LINE}{ending}"))
        assert [one.text for one in found] == [LINE, LINE]


def test_positions_in_a_json_bundle(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "x"}, {"resource": CONSENT}, {"resource": CONSENT}],
    }
    text = json.dumps(bundle, indent=2)
    file = put(tmp_path, "bundle.json", text)
    first, second = sources(file)
    assert (first.entry, second.entry) == ("entry[1]", "entry[2]")
    assert json.loads(second.text) == CONSENT
    lines = text.splitlines()
    assert first.line is not None
    assert lines[first.line - 1][first.column - 1 :] == "{"
    # The status stands two lines below the brace, at the column of the file.
    assert first.position(3, 7) == (first.line + 2, 7)


def test_a_bundle_in_one_line(tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": CONSENT}]})
    (source,) = sources(put(tmp_path, "bundle.ndjson", text))
    line, column = source.position(1, 1)
    assert (line, text[(column or 0) - 1 :].startswith(LINE)) == (1, True)


def test_keys_of_a_bundle_in_another_order(tmp_path: Path) -> None:
    text = json.dumps({"entry": [{"resource": CONSENT}], "resourceType": "Bundle"}, indent=1)
    assert [one.entry for one in sources(put(tmp_path, "b.json", text))] == ["entry[0]"]


def test_a_resource_that_contains_a_bundle_is_not_one(tmp_path: Path) -> None:
    text = json.dumps({**CONSENT, "contained": [{"resourceType": "Bundle"}]}, indent=1)
    assert [one.entry for one in sources(put(tmp_path, "c.json", text))] == [""]


def test_positions_in_an_xml_bundle(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?>\n<Bundle xmlns="http://hl7.org/fhir">\n <!-- é -->\n'
        " <entry><fullUrl value='x'/></entry>\n"
        " <entry><resource><Consent><status value='é'/></Consent></resource></entry>\n"
        " <entry><resource><Consent/></resource></entry>\n</Bundle>\n"
    )
    first, second = sources(put(tmp_path, "bundle.xml", text))
    assert (first.entry, first.line, second.entry) == ("entry[1]", 5, "entry[2]")
    namespace = ' xmlns="http://hl7.org/fhir"'
    assert first.text == f"<Consent{namespace}><status value='é'/></Consent>"
    assert second.text == f"<Consent{namespace}/>"
    column = first.text.index("<status") + 1
    line, place = first.position(1, column)
    assert text.splitlines()[(line or 0) - 1][(place or 0) - 1 :].startswith("<status")


def test_a_namespace_with_a_prefix(tmp_path: Path) -> None:
    text = (
        "<f:Bundle xmlns:f='http://hl7.org/fhir'><f:entry><f:resource><f:Consent a='1'>"
        "</f:Consent></f:resource></f:entry></f:Bundle>"
    )
    (source,) = sources(put(tmp_path, "bundle.xml", text))
    assert source.text == "<f:Consent xmlns:f=\"http://hl7.org/fhir\" a='1'></f:Consent>"


def test_a_missing_path() -> None:
    for path in ("/nowhere/to/be/found.json", "/nowhere/*.json"):
        missing = only_unreadable(path)
        assert missing.situation is None
        assert missing.finding.file == path
        assert "found" in missing.finding.message


def test_an_empty_folder(tmp_path: Path) -> None:
    assert ".ndjson" in only_unreadable(str(tmp_path)).finding.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    file = put(tmp_path, "a.json", LINE)
    Path(file).chmod(0)
    assert "Permission denied" in only_unreadable(file).finding.message


def test_a_file_that_the_system_cannot_read() -> None:
    """Not even root can read this file."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("no /proc here")
    unreadable = only_unreadable("/proc/self/mem")
    assert unreadable.situation is None
    assert unreadable.finding.rule == "unreadable-file"


@pytest.mark.parametrize(
    ("content", "position", "expected"),
    [
        (LINE.encode("utf-16"), (1, 1), "UTF-16"),
        (LINE.encode("utf-32"), (1, 1), "UTF-32"),
        (b'{\n "status": "caf\xe9"}', (2, 16), "0xe9"),
    ],
)
def test_another_encoding(
    tmp_path: Path, content: bytes, position: tuple[int, int], expected: str
) -> None:
    unreadable = only_unreadable(put(tmp_path, "a.json", content))
    assert (unreadable.finding.line, unreadable.finding.column) == position
    assert expected in unreadable.finding.message
    assert unreadable.situation == "unreadable-body"


def test_a_bad_byte_in_one_line_of_many(tmp_path: Path) -> None:
    content = f"{LINE}\n".encode() + b'{"a": "\xff"}\n' + LINE.encode()
    found = list(read_sources([put(tmp_path, "a.ndjson", content)]))
    assert [type(one) for one in found] == [ResourceSource, UnreadableSource, ResourceSource]
    assert isinstance(found[1], UnreadableSource)
    assert (found[1].finding.line, found[1].finding.column) == (2, 8)


def test_a_byte_order_mark(tmp_path: Path) -> None:
    for name in ("a.json", "a.ndjson", "a.xml"):
        (source,) = sources(put(tmp_path, name, b"\xef\xbb\xbf" + LINE.encode()))
        assert source.text == LINE
        assert [finding.severity for finding in source.findings] == ["warning"]


def test_a_broken_entry_of_a_bundle(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": CONSENT}, {"resource": 5}, 7, {"resource": CONSENT}],
    }
    found = list(read_sources([put(tmp_path, "b.json", json.dumps(bundle, indent=1))]))
    assert [type(one) for one in found] == [
        ResourceSource,
        UnreadableSource,
        UnreadableSource,
        ResourceSource,
    ]
    assert [one.entry for one in found] == ["entry[0]", "entry[1]", "entry[2]", "entry[3]"]


@pytest.mark.parametrize(
    "broken",
    [
        '{"resource": {"resourceType": "Consent", "status": actve}}',
        '{"resource": {"status": "a}]\\"", }}',
        '{"resource": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=["no value", "a comma too many", "nested too deeply"],
)
def test_a_malformed_entry_does_not_hide_others(tmp_path: Path, broken: str) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": CONSENT}] * 3}
    text = json.dumps(bundle, indent=1)
    second = text.index("  {", text.index("  {") + 3) + 2
    third = text.index("  {", second) + 2
    cut = f"{text[:second]}{broken},\n{text[third:]}"
    found = list(read_sources([put(tmp_path, "b.json", cut)]))
    assert [type(one) for one in found] == [ResourceSource, UnreadableSource, ResourceSource]
    assert [one.entry for one in found] == ["entry[0]", "entry[1]", "entry[2]"]
    assert isinstance(found[1], UnreadableSource)
    assert found[1].finding.line == cut[:second].count("\n") + 1


def test_an_entry_that_never_ends_hides_the_rest(tmp_path: Path) -> None:
    text = '{"resourceType": "Bundle", "entry": [{"resource": {"a": [}, {"resource": {}}]}'
    (unreadable,) = read_sources([put(tmp_path, "b.json", text)])
    assert isinstance(unreadable, UnreadableSource)


def test_a_dangling_link_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "a.json", LINE)
    (tmp_path / "b.json").symlink_to("nowhere.json")
    found = list(read_sources([str(tmp_path)]))
    assert [type(one) for one in found] == [ResourceSource, UnreadableSource]


def test_a_bundle_that_ends_early(tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": CONSENT}] * 3}, indent=1)
    cut = text[: text.rindex('"status"') + 9]
    found = list(read_sources([put(tmp_path, "b.json", cut)]))
    assert [type(one) for one in found] == [ResourceSource, ResourceSource, UnreadableSource]
    assert isinstance(found[2], UnreadableSource)
    assert found[2].finding.line == cut.count("\n") + 1


def test_a_bundle_in_xml_that_ends_early(tmp_path: Path) -> None:
    text = (
        "<Bundle xmlns='http://hl7.org/fhir'>\n<entry><resource><Consent/></resource></entry>\n"
        "<entry><resource><Consent><status </Consent></resource></entry></Bundle>"
    )
    found = list(read_sources([put(tmp_path, "b.xml", text)]))
    assert [type(one) for one in found] == [ResourceSource, UnreadableSource]
    assert isinstance(found[1], UnreadableSource)
    assert found[1].finding.line == 3


def test_a_document_type_is_rejected_and_nothing_expanded(tmp_path: Path) -> None:
    laughs = "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(30))
    text = (
        f"<?xml version='1.0'?>\n<!DOCTYPE c [<!ENTITY a0 'ha'>{laughs}]><Consent>&a30;</Consent>"
    )
    unreadable = only_unreadable(put(tmp_path, "a.xml", text))
    assert unreadable.finding.line == 2
    assert "DOCTYPE" in unreadable.finding.message
    assert unreadable.situation == "unreadable-body"


def test_a_document_of_two_hundred_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.write(b'{"resourceType": "Consent",\n"x": "')
        stream.seek(200 * 1024 * 1024)
        stream.write(b'"}')
    unreadable = only_unreadable(str(file))
    assert unreadable.situation == "body-too-large"
    assert "NDJSON" in unreadable.finding.message


def test_a_line_that_is_too_long_does_not_hide_others(tmp_path: Path) -> None:
    long = '{"x": "' + "a" * (MAX_DOCUMENT_BYTES + 10) + '"}'
    found = list(read_sources([put(tmp_path, "a.ndjson", f"{LINE}\n{long}\n{LINE}\n")]))
    assert [type(one) for one in found] == [ResourceSource, UnreadableSource, ResourceSource]
    assert isinstance(found[1], UnreadableSource)
    assert isinstance(found[2], ResourceSource)
    assert (found[1].finding.line, found[2].line) == (2, 3)


def test_a_resource_that_is_too_large_for_a_server(tmp_path: Path) -> None:
    text = json.dumps({**CONSENT, "x": "a" * MAX_RESOURCE_BYTES}, indent=1)
    assert only_unreadable(put(tmp_path, "a.json", text)).situation == "body-too-large"


def test_the_limit_is_that_of_the_server(layout: object) -> None:
    root = Path(__file__).parents[2]
    (settings,) = (root / "plugin/extension/src/main/java").rglob("NdopProperties.java")
    assert '@DefaultValue("1MB") DataSize maxBody' in settings.read_text(encoding="utf-8")
    assert MAX_RESOURCE_BYTES == 1024 * 1024


def test_reads_are_reported(tmp_path: Path) -> None:
    content = f"{LINE}\n" * 100
    reads: list[int] = []
    list(read_sources([put(tmp_path, "a.ndjson", content)], on_read=reads.append))
    assert sum(reads) == len(content)


def test_a_deeply_nested_bundle(tmp_path: Path) -> None:
    text = '{"resourceType": "Bundle",\n"entry": [' + "[" * 100_000
    assert "deep" in only_unreadable(put(tmp_path, "a.json", text)).finding.message
