#!/bin/bash
# Runs every fuzzer of a build for FUZZ_SECONDS (default 10) on its seeds in tests/fuzz_corpus/FUZZER, JOBS at a time.
# A crash, a leak, an input that takes over 10 s or over 2 GiB fails; the input is printed in base64.
#
#   scripts/run_fuzzers.sh BUILD_FOLDER [FUZZER...]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
shift
seconds=${FUZZ_SECONDS:-10}
jobs=${JOBS:-$(nproc)}
[ $# -gt 0 ] || mapfile -t -d ' ' fuzzers < <(tr '\n' ' ' <"$folder/fuzzers.txt")
[ $# -eq 0 ] || fuzzers=("$@")

export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/lsan.supp:print_suppressions=0
ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-14 || true)
export ASAN_SYMBOLIZER_PATH

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# New inputs go to the scratch folder, never into the seeds.
run_one() {
  local fuzzer=$1 seeds=tests/fuzz_corpus/$1 dir=$scratch/$1 folders
  mkdir -p "$dir/corpus"
  folders=("$dir/corpus")
  [ ! -d "$seeds" ] || folders+=("$seeds")
  if "$folder/$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$dir/" "${folders[@]}" >"$dir/log" 2>&1 </dev/null; then
    printf '%-28s ok      %s runs\n' "$fuzzer" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log")"
    return 0
  fi
  printf '%-28s FAILED\n' "$fuzzer"
  tail -n 60 "$dir/log"
  local artifact
  for artifact in "$dir"/crash-* "$dir"/leak-* "$dir"/oom-* "$dir"/timeout-*; do
    [ ! -f "$artifact" ] || { echo "$(basename "$artifact"):"; head -c 65536 "$artifact" | base64; }
  done
  return 1
}

if [ ${#fuzzers[@]} -eq 0 ]; then
  echo "run_fuzzers: $folder has no fuzzers" >&2
  exit 1
fi
echo "run_fuzzers: ${#fuzzers[@]} fuzzers, $seconds s each"
status=0 running=0
for fuzzer in "${fuzzers[@]}"; do
  if [ "$running" -ge "$jobs" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
  run_one "$fuzzer" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || status=1
  running=$((running - 1))
done
exit $status
