#!/usr/bin/env bash
# What the template linter finds. Templates are laid out by hand: whitespace means something in them.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(find src -path '*/templates/*' -name '*.html' | sort)
[ ${#files[@]} -eq 0 ] && exit 0
exec .venv/bin/djangofmt check "$@" "${files[@]}"
