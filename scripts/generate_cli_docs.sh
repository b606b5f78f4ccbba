#!/bin/bash
# Writes docs/cli.md from the program's own help.  --check: fails when the file is not what would be written.
set -euo pipefail
cd "$(dirname "$0")/.."
tiqu=${TIQU:-build/tiqu}
[ -x "$tiqu" ] || { echo "generate_cli_docs: $tiqu is not built (make build)" >&2; exit 1; }

# help [VERB...]: without trailing blanks and blank lines at either end.
help() {
  COLUMNS=120 "$tiqu" "$@" --help </dev/null | sed -e 's/[[:space:]]*$//' | sed -e '/./,$!d' -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# sections TITLE [VERB...]: the help of one verb, then that of its own verbs.
sections() {
  local text verb
  text=$(help "$@")
  printf '\n## tiqu%s\n\n```text\n%s\n```\n' "${*:+ $*}" "$text"
  while read -r verb; do
    [ -z "$verb" ] || sections "$@" "$verb"
  done < <(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z_-]*\) .*/\1/p' <<<"$text")
}

render() {
  cat <<'EOF'
# The commands

Generated from the program's own help by `make docs`; CI checks that it is current. Exit codes: 0 done, 1 failed, 2 wrong
command line or input, 3 done but some lines or samples were bad, 130 interrupted.
EOF
  sections
}

if [ "${1:-}" = --check ]; then
  diff -u docs/cli.md <(render) || { echo "generate_cli_docs: docs/cli.md is out of date: run 'make docs'" >&2; exit 1; }
  echo "generate_cli_docs: docs/cli.md is current"
else
  render >docs/cli.md.new
  mv docs/cli.md.new docs/cli.md
fi
