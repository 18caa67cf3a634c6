#!/usr/bin/env bash
# Renders dist/ and makes a patch of what that changes, for commit.sh. Commits nothing, and needs no token.
#
# Runs in a checkout of what is to be rendered. Needs: TENANTRY, the program that renders (default: build/cli.js); OUT, a
# folder for dist.patch; PROGRAM_OF, the checkout that the program is of, where that is another: it must be the same
# program in both. Writes GITHUB_OUTPUT (changed) and GITHUB_STEP_SUMMARY where they are set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}
folder=${OUT:?a folder for dist.patch}
mkdir -p "$folder"

[ -z "$(git status --porcelain -- dist)" ] || fail 'dist/ holds changes that are not committed' 2

if [ -n "${PROGRAM_OF:-}" ]; then
  while read -r path; do
    ours=$(git rev-parse --quiet --verify "HEAD:$path" || true)
    theirs=$(git -C "$PROGRAM_OF" rev-parse --quiet --verify "HEAD:$path" || true)
    if [ "$ours" != "$theirs" ]; then
      fail "$path is not that of the base, whose program would render: bring the branch up to date, or, where it alters the program, run \`npm run synth\` on it yourself"
    fi
  done <"$here/program-paths"
fi

verbatim node "$tenantry" synth --dir .

# An index of its own leaves that of the checkout as it is. What .gitignore says does not count in dist/.
index=$(mktemp -d)
trap 'rm -rf "$index"' EXIT
export GIT_INDEX_FILE=$index/index
git read-tree HEAD
git add --all --force -- dist
git diff --cached --no-ext-diff --no-textconv --no-renames --binary --full-index HEAD -- dist >"$folder/dist.patch"

changed=true
[ -s "$folder/dist.patch" ] || changed=false
out changed "$changed"
if [ "$changed" = true ]; then
  say "dist/ differs in $(git diff --cached --name-only --no-renames HEAD -- dist | wc -l | tr -d ' ') files."
else
  say 'dist/ is what the files say.'
fi
