#!/usr/bin/env python3
"""Lists source files over 300 lines and fails on files over 500 and on functions over 60.

A function's lines are counted from the line that ends in its opening brace at indent 0 to the closing brace at indent 0
(clang-format keeps namespaces unindented, so that is where functions stand). Tests and weight tables have no function wall.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HABIT, WALL, FUNCTION_WALL = 300, 500, 60
PATTERNS = ["*.h", "*.c", "*.cc", "*.proto", "*.py", "*.sh", "*.cmake"]
NOT_A_FUNCTION = re.compile(r"^(namespace|extern|class|struct|enum|union|template\s*<[^>]*>\s*(class|struct))\b|=\s*\{$")


def long_functions(lines):
    """(first line, length, text) of each function over the wall."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.endswith("{") and line[0] not in " }#/" and not NOT_A_FUNCTION.search(line):
            start = number
        elif line.startswith("}") and start is not None:
            if number - start + 1 > FUNCTION_WALL:
                yield start, number - start + 1, lines[start - 1]
            start = None


def main():
    listing = subprocess.run(["git", "ls-files", "-z", "--", *PATTERNS], cwd=ROOT, check=True, capture_output=True)
    files = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    failed = False
    for path in sorted(p for p in files if p.exists()):
        name = path.relative_to(ROOT)
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > WALL:
            print(f"check_sizes: {name}: {len(lines)} lines, the limit is {WALL}", file=sys.stderr)
            failed = True
        elif len(lines) > HABIT:
            print(f"check_sizes: {name}: {len(lines)} lines (over {HABIT}; split it by theme when it grows)")
        if path.suffix == ".cc" and not path.name.endswith("_test.cc"):
            for start, length, text in long_functions(lines):
                print(f"check_sizes: {name}:{start}: {length} lines in one function, the limit is {FUNCTION_WALL}: {text}",
                      file=sys.stderr)
                failed = True
    print(f"check_sizes: {len(files)} files")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
