#!/usr/bin/env bash
# Checks the files, and against the base the change: annotations at the lines of the pull request, and SARIF.
#
# Runs in the change's checkout, whose files must be those of its commit: what would be merged is judged, and nothing
# else. Needs: TENANTRY, the program that judges (default: build/cli.js); BASE, the commit to compare with (empty: the
# files alone); LABELS, those of the pull request as a JSON list; OUT, a folder for tenantry.sarif.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for tenantry.sarif}
mkdir -p "$folder"

node "$here/tree.mjs"
arguments=(validate --dir .)
if [ -n "${BASE:-}" ]; then
  arguments+=(--base "$BASE" --head "$(git rev-parse --verify 'HEAD^{commit}')")
  codes=$(node "$here/allowed.mjs")
  for code in $codes; do
    arguments+=(--allow "$code")
    printf '::notice::%s\n' "$code is allowed by the label tenantry-allow/$code"
  done
fi

status=0
node "$tenantry" "${arguments[@]}" --format github || status=$?
[ "$status" -le 1 ] || exit "$status"
node "$tenantry" "${arguments[@]}" --format sarif >"$folder/tenantry.sarif" || [ $? -eq "$status" ]
exit "$status"
