#!/bin/bash
# The Debian packages of the shared libraries that a program needs, one a line.
#
#   deploy/runtime_packages.sh build/tiqu
set -euo pipefail
mapfile -t libraries < <(ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// {print $3}')
libraries=("${libraries[@]#/usr}")
# dpkg knows a library by the path that it was packaged under, with /usr or without: ask for both at once, it is slow.
owners=$({ dpkg-query -S "${libraries[@]}" "${libraries[@]/#//usr}" 2>/dev/null || true; } | sort -u)
for library in "${libraries[@]}"; do
  grep -qF -e ": $library" -e ": /usr$library" <<<"$owners" || { echo "runtime_packages: no package has $library" >&2; exit 1; }
done
cut -d: -f1 <<<"$owners" | sort -u
