# What `.ci/run` is written in.

has() { command -v "$1" >/dev/null; }

# Names what comes next, and tells how long all has taken so far.
step() { printf '\n== %s (after %d s)\n' "$1" "$SECONDS"; }

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
names=()
jobs=()

# beside NAME COMMAND...: runs a step beside the others that are begun until `finish`.
beside() {
  local name=$1 log="$logs/${#names[@]}" began=$SECONDS
  shift
  { "$@" && printf 'took %d s\n' "$((SECONDS - began))"; } >"$log" 2>&1 &
  names+=("$name")
  jobs+=("$!")
}

# Waits for the steps that were begun, shows what each wrote in the order in which they were begun, and fails if any did.
finish() {
  local index failed=()
  for index in "${!jobs[@]}"; do
    wait "${jobs[index]}" || failed+=("${names[index]}")
    step "${names[index]}"
    cat "$logs/$index"
  done
  names=()
  jobs=()
  ((${#failed[@]} == 0)) || { printf '\nfailed: %s\n' "${failed[@]}" && exit 1; }
}
