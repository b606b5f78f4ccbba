#!/bin/bash
# Trains word vectors on the open texts of the data sets, cut by jieba's word list.
#
#   scripts/train_vectors.sh FOLDER       writes FOLDER/vectors.bin; 20 minutes on two cores
#
# FOLDER/tagged_vectors.bin, for taggers, has the word list's tags as well, and its names.
#
# The data sets are looked for in TIQU_SHARED, or in ../shared. Two threads: not the same bits twice.
set -euo pipefail
. "$(dirname "$0")/enter_folder.sh" "$1"

for corpus in laws modern_histories; do xz -dkc "$data/corpus/$corpus.txt.xz" >"$corpus.txt"; done
"$tiqu" convert "$data/drcd/DRCD_dev.json" "$data"/chinesesquad/*.json -o passages.jsonl >/dev/null
# Each passage once, without the line breaks inside.
python3 - <<'PYTHON' >passages.txt
import json
seen = {}
for line in open("passages.jsonl", encoding="utf-8"):
    seen.setdefault(json.loads(line)["passage"])
for passage in seen:
    print(" ".join(passage.split("\n")))
PYTHON
"$tiqu" vectors train laws.txt modern_histories.txt passages.txt vectors.bin \
  --words "$data/dict/jieba_dict.txt.small" --threads 2 --epochs 2
"$tiqu" vectors tag vectors.bin "$data/dict/jieba_dict.txt.small" tagged_vectors.bin \
  --tags nr nrt+nrfg ns nt nz n+ng v+vn+vd+vg a+ad+an+z+d t m+mq+q i+l j+b+s+f --new-words nr nrt nrfg ns nt nz
