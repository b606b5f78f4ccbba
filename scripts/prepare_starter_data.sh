#!/bin/bash
# The samples of the bundled model, and of others that start as it did: invented records and open sets.
#
#   scripts/prepare_starter_data.sh FOLDER RECORDS     writes FOLDER/{synth,open}_{train,dev}.jsonl
#
# The data sets are looked for in TIQU_SHARED, or in ../shared.
set -euo pipefail
. "$(dirname "$0")/enter_folder.sh" "$1"

"$tiqu" synth --count "$2" --seed 1 -o synth_train.jsonl
"$tiqu" synth --count 400 --seed 2 -o synth_dev.jsonl
"$tiqu" convert "$data/drcd/DRCD_dev.json" "$data"/chinesesquad/*.json --drop-duplicates \
  -o open.jsonl --dev open_dev.jsonl --dev-percent 4
# All that has an answer, and part of what has none.
grep -v '"answers":\[\]' open.jsonl >open_train.jsonl
grep -m 2000 '"answers":\[\]' open.jsonl >>open_train.jsonl
