#!/bin/bash
# Builds and runs the benchmarks. docs/performance.md explains their tables.
#
#   scripts/run_bench.sh [ARGUMENTS OF GOOGLE BENCHMARK]
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release -DTIQU_BENCH=ON >/dev/null
cmake --build build -j "${JOBS:-$(nproc)}"
found=0
for bench in build/*_bench; do
  [ -x "$bench" ] || continue
  found=1
  echo "=== $(basename "$bench")"
  "$bench" "$@"
done
echo "=== train_speed.py"
bench/train_speed.py build/tiqu-train
[ $found = 1 ] || { echo "run_bench: no benchmark was built" >&2; exit 1; }
