"""A file for the national service that applies opt-outs, addressed as MESH asks.

MESH takes a pair of files of the same name: the data (.dat) and its control data (.ctl).
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from ndop.editions.model import Upholding
from ndop.system.errors import UpholdingError
from ndop.upholding.kept_results import copy
from ndop.upholding.numbers_file import insist_on_numbers
from ndop.upholding.uphold import replacing


def address(source: Path, data: Path, service: Upholding, sender: str, *, strict: bool) -> Path:
    """Put a file of NHS numbers and its control data where MESH picks them up (NDOP-191).

    `data` is the .dat file to write, `sender` the mailbox that sends it; returns the control
    file beside it. Raises FileRefusedError where a line is bad, UpholdingError where a file is
    there already.
    """
    control = data.with_suffix(".ctl")
    if data.suffix != ".dat":
        raise UpholdingError(f"{data}: expected a name that ends in .dat.")
    for file in (data, control):
        if file.exists():
            raise UpholdingError(f"{file} exists already. Remove it, or name another file.")
    insist_on_numbers(source, strict=strict)
    copy(source, data)
    with replacing(control) as stream:
        stream.write(_control(service, sender, data.stem))
    return control


def _control(service: Upholding, sender: str, name: str) -> bytes:
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
