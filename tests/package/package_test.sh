#!/bin/bash
# Installs a build folder into a scratch prefix, looks at what is there, builds examples/embed_* against it (CMake and
# pkg-config, shared and static) and compares what they print.
#
#   tests/package/package_test.sh BUILD_DIR BUILD_TYPE
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1 build_type=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix
library=$prefix/lib/libtiqu.so
size_limit=10000000

model=$root/models/starter
question=罗显敏的出生地是哪里
passage='罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219'
answer=广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号

fail() {
  echo "package_test: $*" >&2
  exit 1
}

# expect_equal WHAT EXPECTED GOT
expect_equal() {
  [ "$2" = "$3" ] || fail "$1:"$'\n'"expected: $2"$'\n'"got:      $3"
}

check_headers() {
  local header foreign
  foreign=$(grep -rnE '^ *# *include' "$prefix/include" | grep -vE 'include ("tiqu/[a-z_]+\.h"|<[a-z_]+>|<std(def|int)\.h>)$' || true)
  [ -z "$foreign" ] || fail "a public header includes what is neither std nor tiqu/: $foreign"
  for header in "$prefix"/include/tiqu/*.h; do
    c++ -std=c++17 -Wall -Wextra -pedantic -Werror -I "$prefix/include" -include "$header" -fsyntax-only -x c++ /dev/null
  done
  cc -std=c99 -Wall -Wextra -pedantic -Wstrict-prototypes -Werror -I "$prefix/include" \
    -include "$prefix/include/tiqu/tiqu.h" -fsyntax-only -x c /dev/null
}

# Exactly the functions of tiqu.h, and nothing in C++ that is not declared in a public header.
check_exports() {
  local exported declared stray
  exported=$(nm -D --defined-only "$library" | awk '$2 == "T" {print $3}')
  declared=$(cc -E -P -I "$prefix/include" "$prefix/include/tiqu/tiqu.h" | tr -d '\n' | tr ';' '\n' |
    grep 'visibility("default")' | grep -oE '\btiqu_[a-z_]+ *\(' | tr -d ' (' | sort -u)
  expect_equal "the exported functions of the C interface" "$(sed 's/$/@@TIQU_1/' <<<"$declared")" \
    "$(grep '^tiqu_' <<<"$exported" | sort -u)"
  stray=$(nm -DC --defined-only "$library" | cut -d' ' -f3- | sed 's/^tiqu::Tensor \(tiqu::Tensor::Of<\)/\1/; s/\[abi:cxx11\]//' |
    grep -vE '^tiqu_[a-z_]+@@TIQU_1$|^TIQU_(1|CXX_[0-9.]+)$' |
    grep -vE '^tiqu::((Extractor|Model|Tensor)::[^:(<]+|DataType(Size|Name)|ElementCount|ShapeToString)[(<].*@@TIQU_CXX' || true)
  [ -z "$stray" ] || fail "libtiqu.so exports what is not public: $stray"
}

# check_needs FILE: a program that only extracts needs no training, no server and no interpreter.
check_needs() {
  local needs
  needs=$(ldd "$1")
  ! grep -qE 'torch|libc10|grpc|python|hdf5|not found' <<<"$needs" || fail "$1 needs what it should not: $needs"
}

# Who extracts needs one of the two: the program, which serves, too, or the library.
check_size() {
  local program so
  program=$(stat -Lc %s "$prefix/bin/tiqu")
  so=$(stat -Lc %s "$library")
  echo "installed: bin/tiqu $program bytes, lib/libtiqu.so $so bytes"
  [ "$build_type" = Release ] || return 0
  [ "$program" -lt $size_limit ] && [ "$so" -lt $size_limit ] || fail "one is over $size_limit bytes"
}

# check_answers FOLDER: runs the examples that were built there.
check_answers() {
  local folder=$1
  expect_equal "$folder/ask" "24 51 $answer" "$("$folder/ask" "$model" $question "$passage")"
  expect_equal "$folder/ask on no model" "ask: cannot read folder /no/model: No such file or directory" \
    "$("$folder/ask" /no/model $question "$passage" 2>&1 || true)"
  check_needs "$folder/ask"
  [ ! -x "$folder/threads" ] || expect_equal "$folder/threads" "$question: $answer"$'\n'"$question: $answer" \
    "$("$folder/threads" "$model" "$passage" $question $question)"
  [ ! -x "$folder/signatures" ] || [[ $("$folder/signatures" "$model") == *"out pa DT_FLOAT (-1, -1, 3)"* ]] ||
    fail "$folder/signatures does not list pa"
}

build_with_cmake() {
  local example=$1 linked=$2 target=$3
  local folder=$scratch/$example-$linked
  cmake -S "$root/examples/$example" -B "$folder" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release \
    -DTIQU_LIBRARY="$linked" >"$scratch/log" 2>&1 && cmake --build "$folder" --target "$target" >>"$scratch/log" 2>&1 ||
    fail "$(cat "$scratch/log")"
  check_answers "$folder"
}

# The lines that the examples' CMakeLists.txt give; for libtiqu.a the linker is told to take no shared library of ours.
build_with_pkg_config() {
  local folder=$scratch/pkg-config
  mkdir -p "$folder"/{cpp,c,static}
  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
  expect_equal "the package's version" "$("$prefix/bin/tiqu" --version | grep -oE '[0-9.]+')" "$(pkg-config --modversion tiqu)"
  c++ -std=c++17 "$root/examples/embed_cpp/ask.cc" $(pkg-config --cflags --libs tiqu) -o "$folder/cpp/ask"
  cc -std=c99 "$root/examples/embed_c/ask.c" $(pkg-config --cflags --libs tiqu) -o "$folder/c/ask"
  cc -std=c99 "$root/examples/embed_c/ask.c" \
    $(pkg-config --static --cflags --libs tiqu | sed 's/-ltiqu /-l:libtiqu.a /') -o "$folder/static/ask"
  LD_LIBRARY_PATH=$prefix/lib check_answers "$folder/cpp"
  LD_LIBRARY_PATH=$prefix/lib check_answers "$folder/c"
  check_answers "$folder/static"
}

for component in tiqu dev; do
  cmake --install "$build" --strip --prefix "$prefix" --component $component >/dev/null
done
check_headers
check_exports
check_needs "$library"
check_size
expect_equal "the installed program" "$answer" \
  "$("$prefix/bin/tiqu" ask --model "$model" --question $question --passage "$passage" --json | grep -oE '广西[^"]*')"
for linked in tiqu::tiqu tiqu::tiqu_static; do
  build_with_cmake embed_cpp $linked all
  build_with_cmake embed_c $linked all
done
build_with_pkg_config
echo "package_test: ok"
