"""A file for the national service that applies opt-outs, as MESH expects it.

A MESH message is a pair of files with the same name: the data (.dat) and its control data (.ctl).
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from ndop.editions.model import Upholding
from ndop.system.errors import UpholdingError
from ndop.upholding.atomic_file import atomic_copy, atomic_write
from ndop.upholding.nhs_number_file import validate_file


def write_message(
    source: Path, data: Path, service: Upholding, sender: str, *, strict: bool
) -> Path:
    """Write a file of NHS numbers and its control data where MESH collects them (NDOP-191).

    `data` is the .dat file to write, `sender` the mailbox that sends it. Returns the control file,
    which is beside it. Raises FileRefusedError: a line is wrong; UpholdingError: a file exists
    already.
    """
    control = data.with_suffix(".ctl")
    if data.suffix != ".dat":
        raise UpholdingError(f"{data}: expected a name that ends in .dat.")
    for file in (data, control):
        if file.exists():
            raise UpholdingError(f"{file} exists already. Remove it, or name another file.")
    validate_file(source, strict=strict)
    atomic_copy(source, data)
    with atomic_write(control) as stream:
        stream.write(_control_xml(service, sender, data.stem))
    return control


def _control_xml(service: Upholding, sender: str, name: str) -> bytes:
    root = ET.Element("DTSControl")
    for tag, value in (
        ("Version", "1.0"),
        ("AddressType", "DTS"),
        ("MessageType", "Data"),
        ("WorkflowId", service.workflow),
        ("To_DTS", service.mailbox),
        ("From_DTS", sender),
        ("Subject", name),
        ("LocalId", name),
        ("Compress", "Y"),
        ("Encrypted", "N"),
    ):
        ET.SubElement(root, tag).text = value
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f"{text}\n".encode()
