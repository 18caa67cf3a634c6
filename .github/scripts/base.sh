#!/usr/bin/env bash
# Says what a change is compared with, and which commit's program judges it.
#
# Runs in the change's checkout. For a pull request that is the merge commit which GitHub makes, at a depth of 2: the
# commit and its two parents, of which the first is the base and the second the pull request's own head.
# Needs: GITHUB_EVENT_NAME; for a pull request HEAD_SHA. Writes GITHUB_OUTPUT (base, judge, foreign) and
# GITHUB_STEP_SUMMARY where they are set:
#   base     the commit to compare with; empty after a merge, where what was judged is not judged again
#   judge    the commit whose program judges
#   foreign  true when the change's program is another than the judge's: its dist/ is its own program's business
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

head=$(git rev-parse --verify 'HEAD^{commit}')
base=''
judge=$head
foreign=false

if [ "$GITHUB_EVENT_NAME" = pull_request ]; then
  base=$(git rev-parse --quiet --verify 'HEAD^1^{commit}') &&
    own=$(git rev-parse --quiet --verify 'HEAD^2^{commit}') ||
    fail 'HEAD is no merge commit with both of its parents: check out the merge commit with `fetch-depth: 2`'
  [ "$own" = "$HEAD_SHA" ] ||
    fail "the merge commit is of $own, and the pull request is at $HEAD_SHA: run this again"
  if ! git cat-file -e "$base:package-lock.json" 2>/dev/null || ! git cat-file -e "$base:.github/scripts/plan.sh" 2>/dev/null; then
    say "**Judged by the change's own program**, because its base (\`${base:0:7}\`) has none that these workflows can use."
    printf '::warning::%s\n' 'the base has no program that these workflows can use: the change is judged by its own'
  else
    judge=$base
    say "Judged by the program of the base, \`${base:0:7}\`."
    paths=()
    while read -r path; do paths+=("$path"); done <"$here/program-paths"
    if ! git diff --quiet --no-ext-diff "$base" "$head" -- "${paths[@]}"; then
      foreign=true
      say "**This change alters the program.** What it says of dist/ is checked by \`program\`, with the program as changed."
    fi
  fi
else
  say "Judged by its own program, \`${head:0:7}\`."
fi

out base "$base"
out judge "$judge"
out foreign "$foreign"
