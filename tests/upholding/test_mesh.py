from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ndop.editions import Edition, EditionFolder
from ndop.system.errors import FileRefusedError, UpholdingError
from ndop.upholding.mesh import write_message


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.dat"
    file.write_bytes(b"9990000018,\n9990000026,\n")
    return file


def test_a_file_is_addressed_to_the_national_service(source: Path, folder: EditionFolder) -> None:
    """NDOP-191"""
    for edition in folder.load_all():
        data = source.with_name(f"X99-010126-{edition.id}.dat")
        control = write_message(source, data, edition.upholding, "X99OT001", strict=True)
        assert data.read_bytes() == source.read_bytes()
        assert control == data.with_suffix(".ctl")
        control_fields = {child.tag: child.text for child in ET.parse(control).getroot()}
        assert control_fields["WorkflowId"] == "SPINE_NTT_UPHOLDING"
        assert control_fields["To_DTS"] == "X26HC036"
        assert control_fields["From_DTS"] == "X99OT001"
        assert control_fields["LocalId"] == data.stem


def test_an_invalid_file_is_not_written(source: Path, edition: Edition) -> None:
    source.write_bytes(b"999000001,\n")
    with pytest.raises(FileRefusedError, match="Line 1"):
        write_message(source, source.with_name("to.dat"), edition.upholding, "X99", strict=False)
    assert [file.name for file in source.parent.iterdir()] == [source.name]


@pytest.mark.parametrize(
    ("name", "message"), [("numbers.dat", "exists already"), ("to.txt", r"ends in \.dat")]
)
def test_names(source: Path, edition: Edition, name: str, message: str) -> None:
    with pytest.raises(UpholdingError, match=message):
        write_message(source, source.with_name(name), edition.upholding, "X99", strict=False)
