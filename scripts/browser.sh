#!/usr/bin/env bash
# Chromium and a Chinese font for the browser journeys, through apt when root or sudo allows it.
set -uo pipefail

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 1; fi
}

missing=()
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing+=(chromium)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Browser journeys need: ${missing[*]} (no apt-get here; they will be skipped)" >&2
  exit 0
fi
echo "Installing ${missing[*]} …" >&2
if ! as_root sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${missing[*]}" >/dev/null 2>&1; then
  echo "Could not install ${missing[*]} (no root, or no package source); the browser journeys will be skipped." >&2
fi
exit 0
