#!/usr/bin/env python3
"""Fails when an include, or a DEPS of a tiqu_library call, points up the house.

The storeys are the add_subdirectory lines of CMakeLists.txt and src/CMakeLists.txt, bottom up; what a folder may
include is its own files, the public headers (tiqu/...) and the folders in the transitive DEPS of its tiqu_library call.
Fails also on include cycles, on an include of a file that does not exist, and on torch outside src/train.

    scripts/check_layers.py [ROOT]
"""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
# Folders of third parties that are included with quotes or brackets, and the only storeys that may see them.
RESTRICTED = {
    "torch": {"train"},
    "ATen": {"train"},
    "c10": {"train"},
    "CLI": {"cli", "train"},
    "oneapi": {"engine"},
    "dnnl": {"engine"},
    "boost": {"serving"},
    "grpc": {"serving"},
    "grpcpp": {"serving"},
    "leveldb": {"savedmodel"},
    "openssl": {"serving"},
    "rapidjson": {"serving"},
    "hdf5.h": {"checkpoint"},
    "fasttext": {"vectors"},
    "opencc": {"text"},
    "utf8proc.h": {"text", "eval"},
}


def without_comments(cmake):
    return re.sub(r"#[^\n]*", "", cmake)


def read_storeys():
    """Folder names, bottom up."""
    return re.findall(r"add_subdirectory\((\w+)\)", without_comments((SOURCE / "CMakeLists.txt").read_text()))


def read_libraries(storeys, errors):
    """{folder: [DEPS]} of each tiqu_library call."""
    libraries = {}
    for folder in storeys:
        path = SOURCE / folder / "CMakeLists.txt"
        calls = re.findall(r"tiqu_library\(([^)]*)\)", without_comments(path.read_text())) if path.exists() else []
        if len(calls) != 1:
            errors.append(f"src/{folder}/CMakeLists.txt: {len(calls)} tiqu_library calls, one is expected")
            continue
        words = calls[0].split()
        if words[0] != folder:
            errors.append(f"src/{folder}/CMakeLists.txt: the library is named {words[0]}")
        deps = []
        for word in words[words.index("DEPS") + 1:] if "DEPS" in words else []:
            if word == "LIBS":
                break
            deps.append(word)
        libraries[folder] = deps
    for folder in sorted(p.name for p in SOURCE.iterdir() if p.is_dir() and p.name not in storeys):
        errors.append(f"src/{folder}: no storey of src/CMakeLists.txt")
    return libraries


def check_deps(storeys, libraries, errors):
    """DEPS may only name what stands below. `proto` is the cellar."""
    for folder, deps in libraries.items():
        for dep in deps:
            if dep != "proto" and dep not in storeys:
                errors.append(f"src/{folder}/CMakeLists.txt: DEPS {dep} is no storey")
            elif dep != "proto" and storeys.index(dep) >= storeys.index(folder):
                errors.append(f"src/{folder}/CMakeLists.txt: DEPS {dep} points up")


def reachable(folder, libraries):
    seen, waiting = set(), [folder]
    while waiting:
        for dep in libraries.get(waiting.pop(), []):
            if dep not in seen:
                seen.add(dep)
                waiting.append(dep)
    return seen


def source_files():
    return sorted(p for top in (SOURCE, ROOT / "include") for p in top.rglob("*") if p.suffix in (".h", ".cc"))


def check_include(path, line, target, folder, allowed, protos, errors):
    """Returns the included file of ours, or None."""
    where = f"{path.relative_to(ROOT)}:{line}"
    top = target.split("/")[0]
    if top in RESTRICTED and folder not in RESTRICTED[top]:
        errors.append(f"{where}: {target} may be included only in src/{', src/'.join(sorted(RESTRICTED[top]))}")
    if target in protos:
        if "proto" not in allowed:
            errors.append(f"{where}: {target} needs DEPS proto")
        return None
    if top == "tiqu":
        found = ROOT / "include" / target
    elif (SOURCE / top).is_dir() and "/" in target:
        found = SOURCE / target
        if folder is None:
            errors.append(f"{where}: a public header includes {target}")
        elif top != folder and top not in allowed:
            errors.append(f"{where}: src/{folder} may not include {target} (allowed: {', '.join(sorted(allowed))})")
    else:
        return None
    if not found.exists():
        errors.append(f"{where}: {target} does not exist")
        return None
    return found


def read_includes(libraries, errors):
    """{file: [files of ours that it includes]}"""
    protos = {p.stem + ".pb.h" for p in (ROOT / "proto").rglob("*.proto")}
    protos |= {str(p.relative_to(ROOT / "proto").with_suffix(".pb.h")) for p in (ROOT / "proto").rglob("*.proto")}
    graph = {}
    for path in source_files():
        folder = path.relative_to(SOURCE).parts[0] if SOURCE in path.parents else None
        allowed = reachable(folder, libraries)
        text = path.read_text(encoding="utf-8")
        graph[path] = []
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            target = match.group(2)
            # Highway includes the file itself again for each instruction set: not a cycle of ours.
            if SOURCE / target == path:
                continue
            found = check_include(path, line, target, folder, allowed, protos, errors)
            if found is not None:
                graph[path].append(found)
    return graph


def check_cycles(graph, errors):
    state = {}  # 1: on the stack, 2: done

    def visit(path, stack):
        state[path] = 1
        for target in graph.get(path, []):
            if state.get(target) == 1:
                ring = stack[stack.index(target):] + [target]
                errors.append("include cycle: " + " -> ".join(str(p.relative_to(ROOT)) for p in ring))
            elif target not in state:
                visit(target, stack + [target])
        state[path] = 2

    for path in graph:
        if path not in state:
            visit(path, [path])


def main():
    errors = []
    storeys = read_storeys()
    libraries = read_libraries(storeys, errors)
    check_deps(storeys, libraries, errors)
    graph = read_includes(libraries, errors)
    check_cycles(graph, errors)
    for error in errors:
        print(f"check_layers: {error}", file=sys.stderr)
    if errors:
        return 1
    print(f"check_layers: {len(graph)} files in {len(storeys)} storeys, {sum(map(len, graph.values()))} includes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
