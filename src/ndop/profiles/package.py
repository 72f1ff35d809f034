"""The FHIR NPM package of an edition, a gzipped tar that is reproducible byte for byte."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping

from ndop.editions import Edition
from ndop.profiles import descriptor, openapi
from ndop.profiles.render import FHIR_VERSION
from ndop.system.generated_files import json_bytes

_OTHER = (descriptor.FILE_NAME, openapi.FILE_NAME)


def pack(edition: Edition, artefacts: Mapping[str, bytes]) -> bytes:
    """Pack artefacts (file name to JSON) as package `edition.package`.

    Follows the FHIR package specification: `package/package.json`, `package/.index.json`, the
    artefacts beside them, and what is no resource under `package/other/`.
    """
    resources = {name: text for name, text in artefacts.items() if name not in _OTHER}
    files = {
        "package/package.json": json_bytes(_manifest(edition)),
        "package/.index.json": json_bytes(_index(resources)),
        **{f"package/other/{name}": artefacts[name] for name in _OTHER},
        **{f"package/{name}": text for name, text in resources.items()},
    }
    return archive(files)


def archive(files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar of files, sorted by name, without times or owners."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as stream:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o644
            stream.addfile(member, io.BytesIO(content))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as zipped:
        zipped.write(tar.getvalue())
    return packed.getvalue()


def _manifest(edition: Edition) -> dict[str, object]:
    return {
        "name": edition.package,
        "version": edition.version,
        "description": edition.title,
        "author": edition.publication.publisher,
        "license": "Apache-2.0",
        "type": "fhir.ig",
        "canonical": edition.consent.url.rsplit("/", 2)[0],
        "fhirVersions": [FHIR_VERSION],
        "dependencies": {},
    }


def _index(resources: Mapping[str, bytes]) -> dict[str, object]:
    entries = []
    for name, text in sorted(resources.items()):
        artefact = json.loads(text)
        entry = {"filename": name}
        for key in (
            "resourceType",
            "id",
            "url",
            "version",
            "kind",
            "type",
            "content",
            "derivation",
        ):
            if isinstance(artefact.get(key), str):
                entry[key] = artefact[key]
        entries.append(entry)
    return {"index-version": 2, "files": entries}
