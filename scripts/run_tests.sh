#!/bin/bash
# Everything that CI runs, one step after the other, with the time of each. Called by `make test`, which installs first.
#
#   scripts/run_tests.sh [check|unit|docs|asan|fuzz|races|tsan ...]      default: check unit docs asan fuzz races
#
# check  format, layers, sizes
# unit   release build with tests and benchmarks, ctest (with the stock TensorFlow tests where .venv stands)
# docs   the commands of the documents, run; links; docs/cli.md and docs/ops.md against the programs
# asan   address and undefined-behaviour sanitizers on the unit tests, without libtorch
# fuzz   every fuzzer for FUZZ_SECONDS
# races  thread sanitizer on the program under mixed load
# tsan   the same, and on the unit tests, without libtorch
# The data sets are looked for in TIQU_SHARED, or in ../shared; tests that need them are skipped where they are not, but
# with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=${JOBS:-$(nproc)}
export TIQU_SHARED=${TIQU_SHARED:-$(cd .. && pwd)/shared}
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
log_dir=$(mktemp -d)
trap 'rm -rf "$log_dir"' EXIT
declare -a summary=() failed=()

# build PRESET FOLDER TARGET...: configures quietly, builds.
build() {
  local preset=$1 folder=$2
  shift 2
  cmake --preset "$preset" >"$log_dir/configure" || { cat "$log_dir/configure"; return 1; }
  cmake --build "$folder" -j "$jobs" --target "$@"
}

# run_ctest FOLDER [ARGUMENTS]: the output is kept for the closing lines.
run_ctest() {
  local folder=$1
  shift
  ctest --test-dir "$folder" -j "$jobs" --timeout 600 --output-on-failure --no-tests=error "$@" </dev/null |
    tee "$log_dir/ctest-$folder"
}

step_check() {
  local status=0
  scripts/check_format.sh || status=1
  scripts/check_layers.py || status=1
  scripts/check_sizes.py || status=1
  return $status
}

step_unit() {
  build test build all && run_ctest build && list_skipped build
}

# Tests that skipped themselves pass in ctest's eyes; say which they were.
list_skipped() {
  local skipped
  skipped=$(grep -h '^\[  SKIPPED \].*ms)$' "$1/Testing/Temporary/LastTest.log" | sort -u || true)
  [ -z "$skipped" ] || printf 'Skipped:\n%s\n' "$skipped"
}

step_docs() {
  scripts/generate_cli_docs.sh --check && scripts/generate_ops_docs.sh --check && scripts/check_docs.py
}

step_asan() {
  build asan build-asan all || return 1
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
    LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/lsan.supp:print_suppressions=0 \
    ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-14) \
    run_ctest build-asan
}

export TSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/tsan.supp:halt_on_error=1

step_races() {
  build tsan build-tsan tiqu echo_model && run_ctest build-tsan -R '^serving_mixed_load$'
}

step_tsan() {
  build tsan build-tsan all && run_ctest build-tsan
}

step_fuzz() {
  build asan build-asan fuzzers && scripts/run_fuzzers.sh build-asan
}

# A step that fails does not keep the others from running, so that one run shows all that is wrong.
run_step() {
  local name=$1 begin=$SECONDS verdict=ok
  echo
  echo "=== $name"
  "step_$name" || { verdict=FAILED; failed+=("$name"); }
  summary+=("$(printf '%-6s %-6s %4d s' "$name" "$verdict" $((SECONDS - begin)))")
}

if [ ! -d "$TIQU_SHARED/data" ]; then
  if [ "${CI:-}" = true ]; then
    echo "run_tests: no data sets at $TIQU_SHARED: CI needs them" >&2
    exit 1
  fi
  echo "run_tests: no data sets at $TIQU_SHARED: the tests that need them are skipped"
fi
[ $# -gt 0 ] || set -- check unit docs asan fuzz races
for name in "$@"; do
  case $name in
    check | unit | docs | asan | fuzz | races | tsan) run_step "$name" ;;
    *) echo "run_tests: no step $name" >&2 && exit 2 ;;
  esac
done

echo
echo "=== summary"
printf '%s\n' "${summary[@]}"
for folder in build-asan build-tsan build; do
  [ ! -f "$log_dir/ctest-$folder" ] || { echo "$folder:"; grep -E 'tests passed|^Total Test time' "$log_dir/ctest-$folder" || true; }
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}" >&2
  exit 1
fi
