#!/usr/bin/env python3
"""Runs the documents' commands and compares what they print with what the documents say.

A block fenced as ```sh run is run by bash (-euo pipefail) in a scratch copy of the repository's files, where `build` is
the real build folder; the blocks of one document share the copy. A block fenced as ```text output right after it must be
what it printed (both streams), where "..." in a line stands for any text and a line "..." for any lines.
Relative links must name a file that exists.

    scripts/check_docs.py [DOCUMENT...]        default: *.md and docs/*.md
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)\s]*)?\)")
LIMIT_SECONDS = 600


def make_scratch_copy(folder):
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    (folder / "build").symlink_to(ROOT / "build")


def matches(expected, printed):
    """Whether `printed` is `expected` with each "..." replaced by some text."""
    pattern = ""
    for line in expected.rstrip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None


def check_commands(document, text, errors):
    blocks = [(m.group(1).strip(), m.group(2), text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text)]
    if not any(kind == "sh run" for kind, _, _ in blocks):
        return 0
    count, printed = 0, None
    with tempfile.TemporaryDirectory() as scratch:
        make_scratch_copy(Path(scratch))
        for kind, body, line in blocks:
            where = f"{document.relative_to(ROOT)}:{line}"
            if kind == "sh run":
                result = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=scratch, timeout=LIMIT_SECONDS,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                printed = result.stdout.decode(errors="replace")
                count += 1
                if result.returncode != 0:
                    errors.append(f"{where}: exit code {result.returncode}\n{printed}")
                    return count
            elif kind == "text output" and printed is not None and not matches(body, printed):
                errors.append(f"{where}: the commands print\n{printed}")
    return count


def check_links(document, text, errors):
    prose = FENCE.sub("", text)
    for target in LINK.findall(prose):
        if not (document.parent / target).exists():
            errors.append(f"{document.relative_to(ROOT)}: the link {target} leads nowhere")


def main():
    names = sys.argv[1:] or [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    errors, commands = [], 0
    for document in (Path(name).resolve() for name in names):
        text = document.read_text(encoding="utf-8")
        check_links(document, text, errors)
        commands += check_commands(document, text, errors)
    for error in errors:
        print(f"check_docs: {error}", file=sys.stderr)
    print(f"check_docs: {len(names)} documents, {commands} blocks of commands")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
