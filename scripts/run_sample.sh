#!/bin/bash
# Asks the bundled model the sample question and checks the answer. Called by `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."

question='罗显敏的出生地是哪里'
passage='罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219'
expected='广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号'

build/tiqu ask --model models/starter --question "$question" --passage "$passage"

# The answer once more as JSON: exactly one, exactly this text.
reply=$(build/tiqu ask --model models/starter --question "$question" --passage "$passage" --json)
answers=$(grep -o '"text": *"[^"]*"' <<<"$reply" | sed 's/^"text": *"//; s/"$//') || true  # no answer: nothing to find
if [ "$answers" != "$expected" ]; then
  echo "The bundled model's answer is wrong." >&2
  echo "expected: $expected" >&2
  echo "got:      $reply" >&2
  exit 1
fi
cat <<'EOF'

Ask your own:   build/tiqu ask --model models/starter --question QUESTION --passage PASSAGE
Whole files:    build/tiqu extract --model models/starter IN.jsonl -o OUT.jsonl
All commands:   build/tiqu --help
EOF
