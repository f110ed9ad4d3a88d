#!/usr/bin/env bash
# Formats every Django template; with --check, says which are not in shape and what the linter finds.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(find src -path '*/templates/*' -name '*.html' | sort)
[ ${#files[@]} -eq 0 ] && exit 0
djangofmt=$PWD/.venv/bin/djangofmt

if [ "${1:-}" != --check ]; then
  "$djangofmt" "${files[@]}"
  exit
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp --parents "${files[@]}" "$copy"
(cd "$copy" && "$djangofmt" "${files[@]}" >/dev/null) || { echo 'templates: a template does not parse' >&2; exit 1; }
status=0
for file in "${files[@]}"; do
  cmp -s "$file" "$copy/$file" || { echo "would reformat $file" >&2; status=1; }
done
"$djangofmt" check --target-version 5.2 "${files[@]}" || status=1
[ $status -eq 0 ] && echo "${#files[@]} templates in shape" || echo 'run: make format' >&2
exit $status
