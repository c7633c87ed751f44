# To be sourced: a folder for what a script needs outside the clone, $outside, and one command beside those that follow.
# When the script ends, the command is stopped, the folder is gone, and the script's exit code is its own.

outside=$(mktemp -d)
trap clean_up EXIT

clean_up() {
  kill $(jobs -p) 2>/dev/null || true
  rm -rf "$outside"
}

# Starts a command beside those that follow, for most of them keep one processor busy.
beside() {
  "$@" >"$outside/said" 2>&1 &
  beside=$!
}

# Waits for it, shows what it said, and fails where it failed.
together() {
  local status=0
  wait "$beside" || status=$?
  cat "$outside/said"
  return "$status"
}
