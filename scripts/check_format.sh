#!/bin/bash
# Compares every C and C++ file with .clang-format (clang-format 14).  --fix: reformat them.
set -euo pipefail
cd "$(dirname "$0")/.."
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$formatter" ]; then
  echo "check_format: clang-format is not installed" >&2
  exit 1
fi
mapfile -d '' -t files < <(git ls-files -z -- '*.h' '*.cc' '*.c')
if [ "${1:-}" = --fix ]; then
  "$formatter" -i -- "${files[@]}"
elif ! "$formatter" --dry-run -Werror -- "${files[@]}"; then
  echo "check_format: run 'make format'" >&2
  exit 1
else
  echo "check_format: ${#files[@]} files"
fi
