#!/usr/bin/env bash
# Renders main as of today. Where that differs from what is committed, makes the patch, and the plan of what has ended
# since dist/ was committed.
#
# Runs in a checkout with the whole history. Needs: OUT, a folder for dist.patch, plan.json and plan.md; TENANTRY
# (default: build/cli.js). Writes GITHUB_OUTPUT (changed, parent) and GITHUB_STEP_SUMMARY where they are set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for the patch and the plan}

if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
  fail 'the day of the last commit of dist/ takes the whole history: check out with `fetch-depth: 0`' 2
fi
head=$(git rev-parse --verify 'HEAD^{commit}')
out parent "$head"
"$here/render.sh"
[ -s "$folder/dist.patch" ] || exit 0

# The same files on two days: what was current when dist/ was committed, and what is today. A pull request that was
# checked yesterday may have been merged today, with what ended in between.
day=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%d --format=%cd -- dist)
yesterday=$(node -p 'new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)')
[[ $day < $yesterday ]] || day=$yesterday
status=0
verbatim node "$tenantry" plan --dir . --base "$head" --head "$head" --base-as-of "$day" \
  --format json --out "$folder/plan.json" || status=$?
# 1: so much ends at once that the rules of a change stop. It has ended all the same, and the plan says so.
[ "$status" -le 1 ] || exit "$status"
status=0
verbatim node "$tenantry" plan --from "$folder/plan.json" --format markdown --out "$folder/plan.md" || status=$?
[ "$status" -le 1 ] || exit "$status"
say "
$(cat "$folder/plan.md")"
