#!/bin/sh
# ndop validate for other repositories (.pre-commit-hooks.yaml, action.yml): sets this clone up where
# that was not done yet, then checks what it is given. Exit statuses are those of ndop validate.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
make --silent -C "$home" .venv/.ready >&2
exec "$home/.venv/bin/ndop" validate "$@"
