#!/usr/bin/env bash
# Fails when a run has changed what is committed, or left something new.
set -euo pipefail
git diff --exit-code
left=$(git status --porcelain)
[ -z "$left" ] || { printf 'left behind:\n%s\n' "$left"; exit 1; }
