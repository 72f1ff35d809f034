"""The FHIR NPM package of an edition, a gzipped tar that is reproducible byte for byte."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping

from ndop.consents import draft, with_id
from ndop.consents.nhs_numbers import EXAMPLE_NHS_NUMBER
from ndop.editions import Edition
from ndop.profiles import descriptor, openapi
from ndop.profiles.render import FHIR_VERSION, guide_url
from ndop.system.generated_files import json_bytes

_NON_RESOURCES = (descriptor.FILE_NAME, openapi.FILE_NAME)


def pack(edition: Edition, artefacts: Mapping[str, bytes]) -> bytes:
    """Pack artefacts (file name to JSON) as package `edition.package`.

    Follows the FHIR package specification: `package/package.json`, `package/.index.json`, the
    resources beside them, the edition's samples as examples under `package/example/`, and other
    files under `package/other/`.
    """
    resources = {name: text for name, text in artefacts.items() if name not in _NON_RESOURCES}
    examples = dict(_examples(edition))
    files = {
        "package/package.json": json_bytes(_manifest(edition)),
        "package/.index.json": json_bytes(_index(resources)),
        "package/example/.index.json": json_bytes(_index(examples)),
        **{f"package/example/{name}": text for name, text in examples.items()},
        **{f"package/other/{name}": artefacts[name] for name in _NON_RESOURCES},
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
        "title": edition.title,
        "description": edition.summary,
        "author": edition.packaging.author,
        "maintainers": [{"name": edition.packaging.author}],
        "license": edition.packaging.license,
        "type": "fhir.ig",
        # The form is that of FHIR's packages: the time as digits.
        "date": f"{edition.publication.date.replace('-', '')}000000",
        "url": guide_url(edition),
        "canonical": edition.consent.url.rsplit("/", 2)[0],
        "fhirVersions": [FHIR_VERSION],
        "dependencies": dict(edition.packaging.dependencies),
    }


def _examples(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """A Consent of each sample of the edition, by file name."""
    for sample in edition.samples:
        resource_id = f"sample-{sample}"
        consent = draft(edition, EXAMPLE_NHS_NUMBER, sample=sample)
        yield f"Consent-{resource_id}.json", json_bytes(with_id(consent, resource_id))


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
