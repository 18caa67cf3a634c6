#!/usr/bin/env bash
# Runs actionlint over .github/workflows: `npm run lint:workflows`. Needs Go, which builds it from tools/actionlint,
# where its version and checksums are.
set -euo pipefail
cd "$(dirname "$0")/../../tools/actionlint"
if ! command -v go >/dev/null; then
  echo 'error: actionlint needs Go, which is not on the PATH' >&2
  echo "help: install Go $(sed -n 's/^go //p' go.mod) or newer from https://go.dev/doc/install" >&2
  exit 2
fi
# The steps call scripts and hold no shell of their own, so that shellcheck, where it is installed, has nothing to add:
# without it, the result is the same on every machine.
exec go tool actionlint -shellcheck= -pyflakes= "$@"
