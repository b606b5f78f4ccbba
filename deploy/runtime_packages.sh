#!/bin/bash
# The Debian packages of the shared libraries that a program needs, one a line.
#
#   deploy/runtime_packages.sh build/tiqu
set -euo pipefail
program=$1
ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | while read -r library; do
  # dpkg knows a library by the path that it was packaged under, which may be without /usr.
  dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "${library#/usr}" 2>/dev/null ||
    dpkg-query -S "$(readlink -f "$library")"
done | cut -d: -f1 | sort -u
