#!/usr/bin/env bash
# Makes .tools/ (with uv) and .venv/ on a machine that has Python 3.11 or later and nothing else.
# Usage: scripts/bootstrap.sh [product|dev]
set -euo pipefail
cd "$(dirname "$0")/.."
group=${1:-product}
tools=.tools
uv_version='>=0.8,<1'

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 1; fi
}

makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The system's own Python first, if it can make environments: distributions build theirs by profile, and it runs a third
# faster than one compiled without (what pyenv does unless told otherwise). PYTHON=… decides.
find_python() {
  system=/usr/bin/python3
  makes_environments "$system" || system=
  for candidate in "${PYTHON:-}" "$system" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] || continue
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))' # not a shim
      return
    fi
  done
  return 1
}

python=$(find_python) || fail 'Python 3.11 or later is needed: apt-get install python3 (or set PYTHON=/path/to/python3).'

# uv in its own environment; three ways, the first that works.
make_tools() {
  if makes_environments "$python" && "$python" -m venv "$tools" >/dev/null 2>&1; then
    return
  fi
  rm -rf "$tools"
  say 'This Python has no ensurepip; installing python3-venv …'
  if as_root sh -c 'apt-get update -qq && apt-get install -y -qq python3-venv' >/dev/null 2>&1 &&
    "$python" -m venv "$tools" >/dev/null 2>&1; then
    return
  fi
  rm -rf "$tools"
  if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$tools" 2>/dev/null; then
    # The pip of the system installs into our environment.
    "$python" -m pip --python "$tools/bin/python" install --quiet pip && return
  fi
  rm -rf "$tools"
  fail 'Neither venv with pip nor root rights here. As root, once: apt-get install python3-venv'
}

if [ ! -x "$tools/bin/uv" ]; then
  say "Tools: uv into $tools/ (with $python)"
  [ -x "$tools/bin/python" ] && "$tools/bin/python" -m pip --version >/dev/null 2>&1 || make_tools
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv$uv_version" ||
    fail 'uv could not be installed from the package index; is the network (or PIP_INDEX_URL) right?'
fi

export UV_PYTHON_DOWNLOADS=never
export UV_LINK_MODE=${UV_LINK_MODE:-copy}
case $group in
  dev) "$tools/bin/uv" sync --quiet --frozen --group dev --python "$python" ;;
  # --inexact: what a developer added to the environment stays
  product) "$tools/bin/uv" sync --quiet --frozen --no-dev --inexact --python "$python" ;;
  *) fail "unknown group $group" ;;
esac
