"""A preset: a small YAML file that describes one server under test.

`read` checks it, and names the file, line and key of what is wrong; `commented` returns one to
start from. Relative paths are relative to the preset. A secret is given as text, or as the file or
the environment variable that holds it, so that a preset can be shared.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import jinja2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from ndop.conformance.register.requirements import Register
from ndop.conformance.suite.access import Access
from ndop.conformance.suite.claims import CLAIMS
from ndop.conformance.suite.masking import is_secret_header
from ndop.consents.nhs_numbers import has_valid_check_digit
from ndop.editions import EditionFolder, located_yaml
from ndop.editions.located_yaml import KeyPath, LocatedData, dotted
from ndop.system.errors import PresetError
from ndop.system.layout import Layout

_TEMPLATES = Path(__file__).parent / "templates"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]+")


class _Data(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Value(_Data):
    """A value that may be secret, given as one of text, file, environment."""

    text: str | None = None
    file: Path | None = None
    environment: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Value:
        if len(self.model_fields_set) != 1:
            raise ValueError("one of text, file, environment")
        return self

    def resolved(self, folder: Path) -> str:
        """The value itself. Raises ValueError: it is missing or cannot stand in a header."""
        if self.text is not None:
            found = self.text
        elif self.file is not None:
            try:
                found = (folder / self.file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"a file with the value: {error}") from error
        else:
            name = str(self.environment)
            found = os.environ.get(name, "").strip()
            if not found:
                raise ValueError(f"the environment variable {name} to be set")
        if not _HEADER_VALUE.fullmatch(found):
            raise ValueError("a value that can stand in a header: one line of ASCII")
        return found


def _text_as_value(data: Any) -> Any:
    return {"text": str(data)} if isinstance(data, str | int | float) else data


def _check_nhs_number(number: str) -> str:
    if not has_valid_check_digit(number):
        raise ValueError("an NHS number: ten digits, the last the check digit of the others")
    return number


def _check_header_name(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError("the name of a header")
    return name


ValueOrText = Annotated[Value, BeforeValidator(_text_as_value)]
NhsNumber = Annotated[str, BeforeValidator(str), AfterValidator(_check_nhs_number)]
HeaderName = Annotated[str, AfterValidator(_check_header_name)]
Seconds = Annotated[float, Field(gt=0)]


class Tls(_Data):
    """Files in PEM; `ca` is trusted instead of what the machine trusts."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True


class Limits(_Data):
    """Seconds for one request and for the whole run."""

    request: Seconds = 30.0
    run: Seconds = 1800.0


class Preset(_Data):
    """The schema of the file; every key may be left out."""

    base_url: str | None = None
    edition: str | None = None
    claims: list[str] = []
    token: ValueOrText | None = None
    headers: dict[HeaderName, ValueOrText] = {}
    token_key: Path | None = None
    tls: Tls = Tls()
    patients: list[NhsNumber] = []
    leave_out: dict[str, Annotated[str, Field(min_length=1)]] = {}
    tests: list[Path] = []
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that a preset may use: of rows of the register, of editions, of claims."""

    rows: Collection[str]
    editions: Collection[str]
    claims: Collection[str]

    @classmethod
    def of(cls, layout: Layout, register: Register) -> KnownNames:
        """Those of a checkout."""
        rows = [row.id for row in register.rows]
        return cls(rows, EditionFolder.of(layout).ids(), CLAIMS)


@dataclass(frozen=True, slots=True)
class LoadedPreset:
    """The content of a preset, with files and secrets read, and defaults for what it leaves out."""

    base_url: str | None = None
    edition: str | None = None
    claims: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    patients: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[Path, ...] = ()
    run_seconds: float = Limits().run


def read(file: Path, known: KnownNames) -> LoadedPreset:
    """Read a preset.

    Raises PresetError, with file, line and key: it cannot be read, a key or a value is not what
    it must be, a file or an environment variable that it names is not there.
    """
    located = located_yaml.read(file, PresetError)
    try:
        preset = Preset.model_validate(located.data)
    except ValidationError as error:
        raise PresetError(
            "\n".join(
                located.describe_error(detail, shows_value=not _may_be_secret(detail["loc"]))
                for detail in error.errors()
            )
        ) from None
    _check_names(preset, located, known)
    folder = file.resolve().parent
    for number, path in enumerate(preset.tests):
        if not (folder / path).exists():
            raise _preset_error(
                located, ("tests", number), f"a file or folder of tests; found {path}"
            )
    return LoadedPreset(
        base_url=preset.base_url,
        edition=preset.edition,
        claims=tuple(preset.claims),
        access=_access(preset, located, folder),
        patients=tuple(preset.patients),
        left_out=preset.leave_out,
        tests=tuple(folder / path for path in preset.tests),
        run_seconds=preset.limits.run,
    )


def overridden(
    preset: LoadedPreset,
    headers: Sequence[str],
    request_seconds: float | None,
    token_key: Path | None = None,
) -> LoadedPreset:
    """A preset in which options of the command line replace what the file says.

    `headers` are as `Name: value`. Raises PresetError where one is not.
    """
    added: dict[str, str] = {}
    for header in headers:
        name, colon, value = (part.strip() for part in header.partition(":"))
        if not colon or not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise PresetError(f"--header: expected 'Name: value'; the name found is {name!r}")
        added[name] = value
    lower = {name.lower() for name in added}
    before = preset.access
    kept = {name: value for name, value in before.headers.items() if name.lower() not in lower}
    secrets = [_without_scheme(value) for name, value in added.items() if is_secret_header(name)]
    changed = {
        "headers": {**kept, **added},
        "secrets": (*before.secrets, *secrets),
        "token_key": token_key.resolve() if token_key else before.token_key,
        "request_seconds": request_seconds or before.request_seconds,
    }
    return replace(preset, access=before.model_copy(update=changed))


def commented(edition: str, claims: Mapping[str, str]) -> str:
    """A preset to start from, with a comment on every key."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # YAML
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    limits = Limits()
    template = environment.get_template("preset.yaml.j2")
    return template.render(edition=edition, claims=claims, limits=limits)


def _access(preset: Preset, located: LocatedData, folder: Path) -> Access:
    headers: dict[str, str] = {}
    secrets: list[str] = []
    for name, value in preset.headers.items():
        headers[name] = _resolved(value, located, ("headers", name), folder)
        if value.text is None or is_secret_header(name):
            secrets.append(_without_scheme(headers[name]))
    if preset.token is not None:
        token = _resolved(preset.token, located, ("token",), folder)
        headers["Authorization"] = f"Bearer {token}"
        secrets.append(token)
    if preset.token_key is not None and not (folder / preset.token_key).is_file():
        raise _preset_error(
            located, ("token-key",), f"a file; found none at {folder / preset.token_key}"
        )
    tls = preset.tls
    for name in ("ca", "certificate", "key"):
        path: Path | None = getattr(tls, name)
        if path is not None and not (folder / path).is_file():
            raise _preset_error(located, ("tls", name), f"a file; found none at {folder / path}")
    if tls.key is not None and tls.certificate is None:
        raise _preset_error(located, ("tls", "key"), "tls.certificate beside it")
    return Access(
        headers=headers,
        ca=tls.ca and folder / tls.ca,
        certificate=tls.certificate and folder / tls.certificate,
        key=tls.key and folder / tls.key,
        verify=tls.verify,
        token_key=preset.token_key and folder / preset.token_key,
        request_seconds=preset.limits.request,
        secrets=tuple(secrets),
    )


def _resolved(value: Value, located: LocatedData, path: KeyPath, folder: Path) -> str:
    try:
        return value.resolved(folder)
    except ValueError as error:
        raise _preset_error(located, path, str(error)) from None


def _check_names(preset: Preset, located: LocatedData, known: KnownNames) -> None:
    for number, claim in enumerate(preset.claims):
        if claim not in known.claims:
            expected = f"one of {', '.join(sorted(known.claims))}; found {claim!r}"
            raise _preset_error(located, ("claims", number), expected)
    for row in preset.leave_out:
        if row not in known.rows:
            expected = f"the id of a row of the register of requirements; found {row!r}"
            raise _preset_error(located, ("leave-out", row), expected)
    if preset.edition is not None and preset.edition not in known.editions:
        expected = f"one of {', '.join(sorted(known.editions))}; found {preset.edition!r}"
        raise _preset_error(located, ("edition",), expected)


def _preset_error(located: LocatedData, path: KeyPath, expected: str) -> PresetError:
    return PresetError(f"{located.location(path)}: {dotted(path)}: expected {expected}")


def _without_scheme(value: str) -> str:
    """A credential without its scheme, as a server might repeat it."""
    return value.rpartition(" ")[2]


def _may_be_secret(path: KeyPath) -> bool:
    return path[:1] in {("token",), ("headers",)}
