#!/bin/sh
# Writes constraints.txt from pyproject.toml: versions and hashes, without the address of an index.
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
  --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --output-file constraints.txt "$@" pyproject.toml
