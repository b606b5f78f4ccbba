#!/bin/bash
# Runs one of the conformance suites that lie beside the data sets: conformance.sh rest|grpc
# Environment: TIQU_SHARED, TIQU_BUILD_DIR, TIQU_PYTHON. Without the suite: exit code 77, which ctest counts as skipped.
set -euo pipefail
shared=${TIQU_SHARED:-$(cd "$(dirname "$0")/../../.." && pwd)/shared}
suite=$shared/conformance
if [ ! -f "$suite/run_$1.py" ]; then
  echo "conformance: no suite at $suite" >&2
  [ "${CI:-}" != true ] || exit 1
  exit 77
fi
export TIQU_LISTEN_ADDRESS=127.0.0.1
cases=(--cases "$suite/$1_cases.json")
# Cases of our own, in the suite's format.
own=$(cd "$(dirname "$0")" && pwd)/$1_cases.json
[ ! -f "$own" ] || cases+=(--cases "$own")
status=0
"$TIQU_PYTHON" "$suite/run_$1.py" --server-cmd "$TIQU_BUILD_DIR/tiqu serve" --echo-model "$TIQU_BUILD_DIR/echo" \
  --fixtures "$shared/fixtures" "${cases[@]}" --time-limit 400 --ready-timeout 60 --request-timeout 30 --jobs 2 --summary || status=$?
# The client package is missing: no reason to skip where everything is installed.
[ $status -ne 77 ] || [ "${CI:-}" != true ] || status=1
exit $status
