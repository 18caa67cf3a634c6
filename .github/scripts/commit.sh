#!/usr/bin/env bash
# Commits a patch of dist/ on top of a commit and pushes it, if it changes dist/ alone and the branch is where it was.
#
# Runs in a checkout that has PARENT, whose files it does not touch. Needs: PATCH, made by render.sh; PARENT, the commit
# that it was made from; BRANCH, to push to; MESSAGE. REPLACE=true says that the branch is the bot's own: it is begun
# anew on PARENT, whatever it was; otherwise it must be at PARENT. GITHUB_TOKEN, and GITHUB_SERVER_URL where it is not
# github.com, when origin is reached by HTTPS. Writes GITHUB_OUTPUT (commit) and GITHUB_STEP_SUMMARY where they are set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

[[ $PARENT =~ ^[0-9a-f]{40,64}$ ]] || fail 'PARENT is no commit id'
git check-ref-format "refs/heads/$BRANCH" || fail 'BRANCH is no name of a branch'
[ "$(git rev-parse --verify "$PARENT^{commit}")" = "$PARENT" ] || fail 'PARENT is not here'

# The token goes by the environment: not into a file, and not onto a command line.
if [ -n "${GITHUB_TOKEN:-}" ]; then
  export GIT_CONFIG_COUNT=1
  export GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader"
  GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_0
fi

index=$(mktemp -d)
trap 'rm -rf "$index"' EXIT
export GIT_INDEX_FILE=$index/index
git read-tree "$PARENT"
# What Git says quotes paths of the patch, or the server.
verbatim git apply --cached --whitespace=nowarn "$PATCH" || fail 'the patch does not fit'

# Judged by what it does, not by what it says: plain files below dist/, and nothing else.
changes=0
while IFS= read -r -d '' entry && IFS= read -r -d '' path; do
  read -r before after _ <<<"${entry#:}"
  for mode in "$before" "$after"; do
    [ "$mode" = 100644 ] || [ "$mode" = 000000 ] || fail "the patch has a file that is no plain one: $(printf '%q' "$path")"
  done
  case $path in
    dist/*) changes=$((changes + 1)) ;;
    *) fail "the patch reaches beyond dist/: $(printf '%q' "$path")" ;;
  esac
done < <(git diff --cached --raw -z --no-renames --no-abbrev "$PARENT")
[ "$changes" -gt 0 ] || fail 'the patch changes nothing'
tree=$(git write-tree)

seen=$(git ls-remote origin "refs/heads/$BRANCH" | cut -f 1)
if [ "${REPLACE:-false}" = true ]; then
  if [ -n "$seen" ]; then
    git fetch --quiet --no-tags origin "refs/heads/$BRANCH"
    # The parents are read from the commit itself: in a shallow clone, Git knows of none.
    if [ "$(git rev-parse 'FETCH_HEAD^{tree}')" = "$tree" ] &&
      [ "$(git cat-file commit FETCH_HEAD | sed -n 's/^parent //p;/^$/q')" = "$PARENT" ]; then
      out commit "$seen"
      say "\`$BRANCH\` holds this already."
      exit 0
    fi
  fi
elif [ "$seen" != "$PARENT" ]; then
  fail "the branch has moved, and nothing was pushed: it is at ${seen:-no commit}, and this was made for $PARENT"
fi

export GIT_AUTHOR_NAME='github-actions[bot]' GIT_AUTHOR_EMAIL='41898282+github-actions[bot]@users.noreply.github.com'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
commit=$(git commit-tree "$tree" -p "$PARENT" -m "$MESSAGE")
# Refused by the server, should the branch move between the look and the push.
verbatim git push --quiet --force-with-lease="refs/heads/$BRANCH:$seen" origin "$commit:refs/heads/$BRANCH" ||
  fail 'nothing was pushed: see the log of this step'
out commit "$commit"
say "Pushed \`${commit:0:12}\` to \`$BRANCH\`: $changes files in dist/."
