#!/usr/bin/env bash
# The quick loop: `npm run check [-- base]`. Types, style and walls of everything, and the tests that reach what differs from
# the base (main, or origin/main, unless said): under a minute for a change of ordinary size. `npm run lint` and `npm test` are the whole.
set -euo pipefail
base=${1:-$(git rev-parse --verify --quiet main || git rev-parse --verify --quiet origin/main || echo HEAD)}
cache=node_modules/.cache/check
mkdir -p "$cache"
tsc -p . --incremental --tsBuildInfoFile "$cache/tsc.tsbuildinfo" &
types=$!
changed=$(git diff --name-only --diff-filter=d "$base" -- '*.ts' '*.mjs' '*.js'; git ls-files --others --exclude-standard -- '*.ts')
code=$(grep -vE '^(test/fixtures|src/rules/.*/(bad|good))/' <<<"$changed" || true)
[ -z "$code" ] || xargs eslint --cache --cache-location "$cache/eslint" <<<"$code"
prettier --check --cache --cache-location "$cache/prettier" --log-level warn .
wait "$types"
depcruise --config .dependency-cruiser.mjs --output-type err src
npm run --silent build
sources=$(grep -E '^(src|test)/' <<<"$code" || true)
# What only the built program reaches is left to `npm test`.
[ -z "$sources" ] || xargs vitest related --run --passWithNoTests --exclude 'test/workflows/**' <<<"$sources"
