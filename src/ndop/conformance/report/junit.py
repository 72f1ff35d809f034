"""junit.xml: the results of a run in the format that CI systems read.

The requirements of a test are its properties. A warning is a skipped test whose message says so:
CI systems have no other outcome that they display without failing the run.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ndop.conformance.report.results import Exchange, RunResult, TestResult

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: RunResult) -> str:
    """The document, with a final newline."""
    counts = run.tests_by_outcome()
    root = ET.Element("testsuites", name="ndop-fhir")
    suite = ET.SubElement(
        root,
        "testsuite",
        name=run.edition,
        hostname=run.base_url,
        timestamp=run.started,
        time=f"{run.seconds:.3f}",
        tests=str(len(run.tests)),
        failures=str(counts["failed"]),
        errors="0",
        skipped=str(counts["skipped"] + counts["warning"]),
    )
    facts = {"base-url": run.base_url, "edition": run.edition, "complete": str(run.complete)}
    _add_properties(
        suite, [*facts.items(), *((f"left-out:{k}", v) for k, v in run.left_out.items())]
    )
    for test in run.tests:
        _add_test_case(suite, test)
    if not run.complete:
        ET.SubElement(suite, "system-err").text = _clean(
            f"The run is incomplete: {run.incomplete_because}"
        )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_test_case(suite: ET.Element, test: TestResult) -> None:
    file, _, name = test.id.partition("::")
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{suite.get('name')}.{test.area}",
        name=_clean(name),
        file=file,
        time=f"{test.seconds:.3f}",
    )
    properties = [("requirement", row) for row in test.requirements]
    if test.level:
        properties.append(("level", test.level))
    properties += [("patient", patient) for patient in test.patients]
    properties += [("note", note) for note in test.notes]
    _add_properties(case, properties)
    first_line = _clean(test.explanation.partition("\n")[0])
    if test.outcome == "failed":
        kind = test.level or "test"
        failure = ET.SubElement(case, "failure", message=first_line, type=kind)
        failure.text = _clean(
            "\n\n".join([test.explanation, *map(_exchange_text, test.exchanges[-1:])])
        )
    elif test.outcome == "warning":
        message = f"warning, {test.level}: {_clean(test.explanation)}"
        ET.SubElement(case, "skipped", message=message, type="warning")
    elif test.outcome == "skipped":
        ET.SubElement(case, "skipped", message=_clean(test.skip_reason), type="skipped")


def _add_properties(parent: ET.Element, properties: list[tuple[str, str]]) -> None:
    if properties:
        element = ET.SubElement(parent, "properties")
        for name, value in properties:
            ET.SubElement(element, "property", name=_clean(name), value=_clean(value))


def _exchange_text(exchange: Exchange) -> str:
    return f"{exchange.curl}\n{exchange.status_text} {exchange.response_body}"


def _clean(text: str) -> str:
    """The text without characters that XML forbids: a server may answer with any."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
