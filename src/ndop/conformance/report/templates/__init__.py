"""The templates of the report pages, with their style and script."""

from __future__ import annotations

from pathlib import Path

import jinja2


def load_template(name: str) -> jinja2.Template:
    """A template by its file name. Undefined values are errors; text is escaped as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
