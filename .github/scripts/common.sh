# To be sourced: what the scripts say, and where.

# Stops with an error that GitHub shows at the run.
fail() {
  printf '::error::%s\n' "$1"
  exit "${2:-1}"
}

# Adds a line to the summary of the run; on a machine without one, prints it.
say() {
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then printf '%s\n' "$1" >>"$GITHUB_STEP_SUMMARY"; else printf '%s\n' "$1"; fi
}

# Hands a value to the steps that follow; on a machine without them, prints it.
out() {
  if [ -n "${GITHUB_OUTPUT:-}" ]; then printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; else printf '%s=%s\n' "$1" "$2"; fi
}

# Runs a command whose output may quote the change, so that no line of it is taken for a command to the runner
# (`::error::`, `::add-mask::`, …).
verbatim() {
  if [ "${GITHUB_ACTIONS:-}" != true ]; then
    "$@"
    return
  fi
  local token status=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  "$@" || status=$?
  printf '\n::%s::\n' "$token"
  return "$status"
}
