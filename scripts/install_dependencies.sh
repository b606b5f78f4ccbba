#!/bin/bash
# Installs the Debian 12 packages that a target of the Makefile needs, and only those that are missing.
#
#   scripts/install_dependencies.sh [run|train|bench|test]     default: run
#
# run: build `tiqu`.  train: also `tiqu-train` (libtorch).  bench: also the benchmarks and the peers that they measure.
# test: train, clang and its sanitizers, and the Python environment .venv with stock TensorFlow (bench has it, too).
# Costs nothing when all is there. Uses apt-get as root, or through sudo.
set -euo pipefail
cd "$(dirname "$0")/.."

run_packages=(
  build-essential cmake ninja-build pkg-config ccache
  libabsl-dev libboost-dev libcli11-dev libdnnl-dev libfasttext-dev libfmt-dev libgrpc++-dev libhdf5-dev libhwy-dev
  libleveldb-dev libopencc-dev libprotobuf-dev libsimdjson-dev libsnappy-dev libspdlog-dev libssl-dev libutf8proc-dev
  nlohmann-json3-dev protobuf-compiler protobuf-compiler-grpc rapidjson-dev zlib1g-dev
)
train_packages=(libtorch-dev libopenblas0-pthread libtomlplusplus-dev)
bench_packages=(libbenchmark-dev)
peer_packages=(python3-h5py python3-numpy python3-torch)
test_packages=(
  clang clang-format libclang-rt-14-dev libgmock-dev libgtest-dev llvm-14
  curl git openssl python3 python3-venv
)

apt() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "install_dependencies.sh: apt-get needs root or sudo" >&2; return 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null
}

install_missing() {
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing: ${missing[*]}"
  apt update
  local log
  log=$(mktemp)
  if ! apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# The stamp holds the requirements that .venv was made from, so that a change of a file makes it anew.
install_python_environment() {
  cat requirements-test.txt requirements-test-no-deps.txt | cmp -s - .venv/requirements.stamp && return 0
  echo "Making .venv (stock TensorFlow and onnxruntime, for the interop tests and the benchmarks)"
  rm -rf .venv
  # Debian's own interpreter: it is the one that python3-venv serves.
  /usr/bin/python3 -m venv .venv
  local pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input)
  "${pip[@]}" -r requirements-test.txt </dev/null
  "${pip[@]}" --no-deps -r requirements-test-no-deps.txt </dev/null
  cat requirements-test.txt requirements-test-no-deps.txt >.venv/requirements.stamp
}

case "${1:-run}" in
  run) install_missing "${run_packages[@]}" ;;
  train) install_missing "${run_packages[@]}" "${train_packages[@]}" ;;
  bench)
    install_missing "${run_packages[@]}" "${train_packages[@]}" "${bench_packages[@]}" "${test_packages[@]}" "${peer_packages[@]}"
    install_python_environment
    ;;
  test)
    install_missing "${run_packages[@]}" "${train_packages[@]}" "${bench_packages[@]}" "${test_packages[@]}"
    install_python_environment
    ;;
  *)
    echo "usage: scripts/install_dependencies.sh [run|train|bench|test]" >&2
    exit 2
    ;;
esac
