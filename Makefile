# Tiqu's targets. Each installs the Debian packages it lacks first (scripts/install_dependencies.sh).
#
#   make run     build tiqu alone and answer a sample with the bundled model
#   make test    everything that CI runs
#   make build   build/tiqu and build/tiqu-train
#   make bench   build and run the benchmarks; bench-serve: of the server
#   make format | check | docs        sources and documents
#   make unit | asan | fuzz | races | tsan    one part of the tests
#   make install [PREFIX=/usr/local] | clean

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
# Seconds for each fuzzer.
FUZZ_SECONDS ?= $(if $(filter true,$(CI)),6,10)

# The compiler cache serves any clone of this repository.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
export CCACHE_SLOPPINESS := pch_defines,time_macros
export JOBS FUZZ_SECONDS

.PHONY: build run test bench bench-serve format check docs unit asan fuzz races tsan install clean
.DEFAULT_GOAL := build

build:
	@scripts/install_dependencies.sh train
	@cmake --preset release >/dev/null
	cmake --build build -j $(JOBS) --target tiqu tiqu-train

# A build folder that stands already keeps its options: only `tiqu` is built in any case.
run:
	@scripts/install_dependencies.sh run
	@test -f build/build.ninja || cmake --preset reader >/dev/null
	@cmake --build build -j $(JOBS) --target tiqu
	@scripts/run_sample.sh

test:
	@scripts/install_dependencies.sh test
	@scripts/run_tests.sh

bench:
	@scripts/install_dependencies.sh bench
	@scripts/run_bench.sh

bench-serve:
	@scripts/install_dependencies.sh bench
	@test -f build/build.ninja || cmake --preset reader >/dev/null
	@cmake --build build -j $(JOBS) --target tiqu
	@.venv/bin/python bench/serve_speed.py build models/starter

format:
	@scripts/check_format.sh --fix

check:
	@scripts/check_format.sh
	@scripts/check_layers.py
	@scripts/check_sizes.py

docs:
	@scripts/generate_cli_docs.sh
	@scripts/generate_ops_docs.sh

unit asan fuzz races tsan:
	@scripts/install_dependencies.sh test
	@scripts/run_tests.sh $@

install: build
	cmake --build build -j $(JOBS) --target libtiqu libtiqu_static
	cmake --install build --strip --prefix $(PREFIX)

clean:
	rm -rf build build-asan build-debug build-fuzz build-tsan
