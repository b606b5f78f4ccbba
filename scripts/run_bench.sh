#!/bin/bash
# Builds and runs the benchmarks. docs/performance.md explains their tables.
#
#   scripts/run_bench.sh [ARGUMENTS OF GOOGLE BENCHMARK]
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset test >/dev/null
cmake --build build -j "${JOBS:-$(nproc)}" --target tiqu tiqu-train run_engine text_bench engine_bench encode_once_bench shapes_bench tagger_bench
for bench in text_bench engine_bench encode_once_bench shapes_bench tagger_bench; do
  echo "=== $bench"
  "build/$bench" "$@"
done
echo "=== reader_speed.py"
bench/reader_speed.py build
echo "=== extract_speed.py"
bench/extract_speed.py build/tiqu --gigabyte
echo "=== train_speed.py"
bench/train_speed.py build/tiqu-train
