#!/bin/bash
# Writes docs/cli.md from `tiqu --help-all`.  --check: fails when the file is not what would be written.
set -euo pipefail
cd "$(dirname "$0")/.."
tiqu=build/tiqu
[ -x "$tiqu" ] || { echo "generate_cli_docs: $tiqu is not built (make build)" >&2; exit 1; }

render() {
  cat <<'EOF'
# The commands

Generated from `tiqu --help-all` by `make docs`; CI checks that it is current.

```text
EOF
  # Trailing spaces and the program's own path are no part of the text.
  COLUMNS=120 "$tiqu" --help-all </dev/null | sed -e 's/[[:space:]]*$//' -e "s#^Usage: .*/tiqu #Usage: tiqu #"
  echo '```'
}

if [ "${1:-}" = --check ]; then
  diff -u docs/cli.md <(render) || { echo "generate_cli_docs: docs/cli.md is out of date: run 'make docs'" >&2; exit 1; }
  echo "generate_cli_docs: docs/cli.md is current"
else
  render >docs/cli.md.new
  mv docs/cli.md.new docs/cli.md
fi
