#!/bin/sh
# ndop validate for other repositories (.pre-commit-hooks.yaml, action.yml): sets up this clone if that
# has not been done yet, then validates its arguments. Exit statuses are those of ndop validate.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
make --silent -C "$home" .venv/.ready >&2
exec "$home/.venv/bin/ndop" validate "$@"
