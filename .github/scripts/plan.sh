#!/usr/bin/env bash
# Says what a pull request does to people's access: plan.json and plan.md in OUT, and the plan in the step's summary.
#
# Runs in the change's checkout, of which it reads the commits alone. Needs: TENANTRY, the program that judges (default:
# build/cli.js); BASE, the commit to compare with (default: the first parent of the merge commit that is checked out);
# LABELS as a JSON list; OUT, a folder. OPTIONAL=true says that it is no failure when there can be no plan. Writes
# GITHUB_OUTPUT (made) and GITHUB_STEP_SUMMARY where they are set.
# A change that the rules refuse has a plan all the same: whether it may be merged, validate.sh says.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for the plan}
mkdir -p "$folder"

head=$(git rev-parse --verify 'HEAD^{commit}')
base=${BASE:-$(git rev-parse --verify 'HEAD^1^{commit}')}
arguments=(plan --dir . --base "$base" --head "$head")
codes=$(node "$here/allowed.mjs")
for code in $codes; do arguments+=(--allow "$code"); done

status=0
verbatim node "$tenantry" "${arguments[@]}" --format json --out "$folder/plan.json" || status=$?
if [ "$status" -gt 1 ] || [ ! -s "$folder/plan.json" ]; then
  rm -f "$folder/plan.json"
  if [ "${OPTIONAL:-false}" = true ]; then
    out made false
    printf '::notice::%s\n' 'there is no plan: `validate` says what is wrong with the files'
    exit 0
  fi
  [ "$status" -ne 0 ] || status=2
  fail 'there is no plan: see the log of this step, and what is wrong with the files' "$status"
fi
status=0
verbatim node "$tenantry" plan --from "$folder/plan.json" --format markdown --out "$folder/plan.md" || status=$?
[ "$status" -le 1 ] || exit "$status"
out made true
say "
$(cat "$folder/plan.md")"
