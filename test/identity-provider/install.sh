#!/usr/bin/env bash
# Installs what the tests of signing in need: an identity provider (Glewlwyd, with SQLite) and a browser (Chromium), from
# Debian's packages. Neither is started, and nothing of the system is configured.
set -euo pipefail

missing=()
for program in glewlwyd chromium sqlite3; do
  command -v "$program" >/dev/null || missing+=("$program")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null || {
  echo "there is no apt-get here: install ${missing[*]} as your system does, then run this again" >&2
  exit 1
}
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update --quiet=2
# The package starts a service where there is a system to start it; the tests run their own.
"${as_root[@]}" apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
