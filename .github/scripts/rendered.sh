#!/usr/bin/env bash
# Checks that dist/ and .github/CODEOWNERS of the commit are exactly what the files say, and says what to do where they are not.
#
# Runs in the change's checkout. Needs: TENANTRY, the program that renders (default: build/cli.js). FOREIGN=true says
# that the change alters the program: then a difference is shown, and it is the change's own program that has to agree.
# Writes GITHUB_STEP_SUMMARY where it is set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
tenantry=${TENANTRY:-build/cli.js}

check() {
  local command=$1 what=$2 status=0
  verbatim node "$tenantry" "$command" --check --dir . || status=$?
  # 3: differences. Anything else was said by the program, and is not for the reader to render away.
  if [ "$status" -ne 3 ]; then return "$status"; fi
  if [ "${FOREIGN:-false}" = true ]; then
    printf '::warning::%s\n' "$what is not what the base's program renders; this change alters the program, whose own check decides"
    say "
$what is not what the base's program renders of these files. This change alters the program: see the check of
\`program\`, and in this step's log what the alteration does to $what."
    return 0
  fi
  printf '::error::%s\n' "$what is not what the files say: run \`npm run $command\` and commit $what"
  say "
### $what is not what the files say

On your branch, brought up to date with the one it goes to:

\`\`\`
npm ci
npm run $command
git add $what
git commit -m Render
git push
\`\`\`

For dist/, the label \`tenantry-synthesize\` asks for a commit that does this (not in a fork)."
  return 1
}

node "$here/tree.mjs"
failed=0
check synth dist/ || failed=$?
check codeowners .github/CODEOWNERS || failed=$?
exit "$failed"
