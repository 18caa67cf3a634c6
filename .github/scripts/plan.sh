#!/usr/bin/env bash
# Says what a pull request does to people's access: plan.json, plan.md and the pull request they are for, in OUT, and
# the plan in the step's summary.
#
# Runs in the change's checkout. Needs: TENANTRY, the program that judges (default: build/cli.js); BASE, the commit to
# compare with; NUMBER and HEAD_SHA of the pull request; LABELS as a JSON list; OUT, a folder. Writes
# GITHUB_STEP_SUMMARY where it is set.
# A change that the rules refuse has a plan all the same: whether it may be merged, validate.sh says.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for the plan}
[[ $NUMBER =~ ^[1-9][0-9]{0,9}$ ]] || fail "NUMBER is no pull request's number" 2
[[ $HEAD_SHA =~ ^[0-9a-f]{40,64}$ ]] || fail 'HEAD_SHA is no commit id' 2
mkdir -p "$folder"

head=$(git rev-parse --verify 'HEAD^{commit}')
arguments=(plan --dir . --base "$BASE" --head "$head")
codes=$(node "$here/allowed.mjs")
for code in $codes; do arguments+=(--allow "$code"); done

status=0
verbatim node "$tenantry" "${arguments[@]}" --format json --out "$folder/plan.json" || status=$?
if [ "$status" -gt 1 ] || [ ! -s "$folder/plan.json" ]; then
  rm -f "$folder/plan.json"
  [ "$status" -ne 0 ] || status=2
  fail 'there is no plan: see the log of this step, and what is wrong with the files' "$status"
fi
status=0
verbatim node "$tenantry" plan --from "$folder/plan.json" --format markdown --out "$folder/plan.md" || status=$?
[ "$status" -le 1 ] || exit "$status"
printf '{"number":%s,"headSha":"%s"}\n' "$NUMBER" "$HEAD_SHA" >"$folder/pull-request.json"
say "
$(cat "$folder/plan.md")"
