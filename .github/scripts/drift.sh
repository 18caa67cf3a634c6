#!/usr/bin/env bash
# Reads the declared clusters once and compares them with Git: drift.json and drift.md in OUT, and the report in the step's
# summary. Differences, and clusters that could not be read, are what it reports and no failure of it.
#
# Runs in a checkout. Needs: TENANTRY_KUBECONFIG, the text of a kubeconfig; OUT, a folder; TENANTRY (default: build/cli.js).
# Writes GITHUB_STEP_SUMMARY where it is set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for the report}
kubeconfig=${TENANTRY_KUBECONFIG:-}
# The program, and what it starts, get it as a file alone.
unset TENANTRY_KUBECONFIG
[ -n "$kubeconfig" ] ||
  fail 'there is no kubeconfig: docs/github.md says how to set the secret TENANTRY_KUBECONFIG of the environment drift' 2

# What opens clusters, and what was read of them, does not outlive this step.
umask 077
private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
printf '%s\n' "$kubeconfig" >"$private/kubeconfig"

# Puts a report into a file. 2 with a report: what could not be read, which the report says.
report() {
  local file=$1 status=0
  shift
  node "$tenantry" drift --dir . "$@" >"$private/$file" || status=$?
  case $status in 0 | 2 | 3) [ -s "$private/$file" ] || return 2 ;; *) return "$status" ;; esac
}
none() { fail 'there is no report: the log of this step says why' "$1"; }

verbatim report drift.json --kubeconfig "$private/kubeconfig" --save "$private/snapshot" --format json || none $?
rm "$private/kubeconfig"
# Of what was read, for a second reading may find something else.
verbatim report drift.md --snapshot "$private/snapshot" --format markdown || none $?
mkdir -p "$folder"
mv "$private/drift.json" "$private/drift.md" "$folder"
say "$(cat "$folder/drift.md")"
