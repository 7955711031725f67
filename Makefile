# Two commands: `make demo` sets up and judges a real recipe change; `make test` sets up and runs
# every test. Everything else is listed by `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# --- What is pinned -------------------------------------------------------------------------
Z3_PACKAGE   := z3-solver==5.3.0.0
Z3_WHEEL     := z3_solver-5.3.0.0-py3-none-manylinux_2_27_x86_64.whl
Z3_WHEEL_SHA := b69e5ae0d82ecfc93cfdf19c4096daff479a1c59476590418d115b7f80d73a45
Z3_LIBRARY   := libz3.so.5.3
Z3_SHA       := c5d71c3460d1b4cb7ace87e0016710daab1d1b69a1798e1fe67334db74d1205e
RUST_MINIMUM := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
VERSION      := $(shell sed -n '0,/^version/s/^version = "\(.*\)"/\1/p' Cargo.toml)

# --- Where things lie -----------------------------------------------------------------------
PREFIX    ?= /usr/local
CACHE     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cellwright
# On a build server the checkout is new every time: the build directory outlives it.
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
TARGET    := $(or $(CARGO_TARGET_DIR),target)
SKIP_LOG  := $(abspath $(TARGET))/skipped.log
CARGO     ?= cargo
PYTHON    ?= python3
STAMP     := .z3/lib/.$(Z3_SHA)
UNZIP     := from zipfile import ZipFile; from sys import argv, stdout; \
             stdout.buffer.write(ZipFile(argv[1]).read(argv[2]))
PACKAGE   := cellwright-$(VERSION)-x86_64-linux

# --- The main job ---------------------------------------------------------------------------
DEMO := run scenarios/line3-faster.toml --ladder coating.web_speed=25..32:0.5 --replace

# --- What setup says when something is missing, one sentence each -----------------------------
NO_RUST   := Rust is missing: install $(RUST_MINIMUM) or newer with rustup, then run make again
NO_PYTHON := python3 is missing: make setup needs it with pip to fetch libz3 \
             (Debian: apt-get install python3-pip)
NO_PIP    := pip is missing: make setup needs it to fetch libz3 \
             (Debian: apt-get install python3-pip)
NO_WHEEL  := pip cannot download $(Z3_PACKAGE): check the network, \
             or put $(Z3_WHEEL) into $(CACHE)
BAD_WHEEL := the downloaded $(Z3_WHEEL) has not the pinned SHA-256: nothing was installed
BAD_LIB   := $(Z3_LIBRARY) in the wheel has not the pinned SHA-256: nothing was installed
NO_SYSTEM := libz3 is pinned for x86-64 Linux only: build with --no-default-features, \
             or with --features vendored

.PHONY: help setup check-rust demo build test test-optimised test-parquet install dist clean target-dir
help:
	@echo 'make setup            fetch libz3 5.3.0 once (needs python3 with pip), checked by SHA-256'
	@echo 'make demo             set up, build, judge the change of scenarios/line3-faster.toml'
	@echo 'make test             set up, run every test; last line: N passed, N failed, N skipped'
	@echo 'make test-optimised   set up, run what an optimised build must show: lanes, many cells, bits'
	@echo 'make test-parquet     set up, run the tests of Parquet files with a build that reads them'
	@echo 'make install PREFIX=  binary into PREFIX/bin, libz3 into PREFIX/lib'
	@echo 'make dist             a tar that runs on a machine without Rust and pip'
	@echo 'make clean            remove the build directory and dist/ (libz3 stays)'

setup: check-rust $(STAMP)

check-rust:
	@fail() { echo "error: $$1" >&2; exit 1; }
	command -v $(CARGO) >/dev/null && command -v rustc >/dev/null \
	  || fail '$(NO_RUST)'
	found=$$(rustc --version | sed 's/^rustc \([0-9.]*\).*/\1/')
	oldest=$$(printf '%s\n' $(RUST_MINIMUM) "$$found" | sort -V | head -n 1)
	[ "$$oldest" = '$(RUST_MINIMUM)' ] \
	  || fail "Rust $$found is too old: $(RUST_MINIMUM) or newer is needed (rustup update)"

# A library that is already right stays as it is; a wheel already in the cache is not fetched again.
$(STAMP):
	@fail() { echo "error: $$1" >&2; exit 1; }
	is() { [ -f "$$1" ] && [ "$$(sha256sum < "$$1")" = "$$2  -" ]; }
	library=.z3/lib/$(Z3_LIBRARY)
	if ! is "$$library" $(Z3_SHA); then
	  [ "$$(uname -sm)" = 'Linux x86_64' ] || fail '$(NO_SYSTEM)'
	  command -v $(PYTHON) >/dev/null || fail '$(NO_PYTHON)'
	  wheel='$(CACHE)/$(Z3_WHEEL)'
	  if ! is "$$wheel" $(Z3_WHEEL_SHA); then
	    $(PYTHON) -m pip --version >/dev/null 2>&1 || fail '$(NO_PIP)'
	    mkdir -p '$(CACHE)'
	    fresh=$$(mktemp -d '$(CACHE)/fetch.XXXXXX')
	    trap 'rm -rf "$$fresh"' EXIT
	    echo 'fetching $(Z3_PACKAGE) (36 MB, once)'
	    $(PYTHON) -m pip download --quiet --no-deps --only-binary=:all: \
	      --platform manylinux_2_27_x86_64 --dest "$$fresh" $(Z3_PACKAGE) || fail '$(NO_WHEEL)'
	    is "$$fresh/$(Z3_WHEEL)" $(Z3_WHEEL_SHA) || fail '$(BAD_WHEEL)'
	    mv "$$fresh/$(Z3_WHEEL)" "$$wheel"
	  fi
	  mkdir -p .z3/lib
	  $(PYTHON) -c '$(UNZIP)' "$$wheel" z3/lib/$(Z3_LIBRARY) > "$$library.part"
	  is "$$library.part" $(Z3_SHA) || fail '$(BAD_LIB)'
	  mv "$$library.part" "$$library"
	  chmod 755 "$$library"
	fi
	ln -sfn $(Z3_LIBRARY) .z3/lib/libz3.so
	touch $@

build: setup
	@$(CARGO) build --release --locked --bin cellwright

# Exit 1 is an answer (rejected) and 3 too (need data); anything else is a failure of the demo.
demo: build
	@started='$(TARGET)/demo.started'
	touch "$$started"
	status=0
	$(TARGET)/release/cellwright $(DEMO) || status=$$?
	case $$status in 0|1|3) ;; *) exit $$status ;; esac
	[ ! -d runs ] || find runs -type f -newer "$$started" | sort | sed 's/^/written: /'

# The count of skipped tests comes from the tests themselves: they append to the log and pass.
test: setup
	@mkdir -p '$(TARGET)'
	rm -f '$(SKIP_LOG)'
	status=0
	CELLWRIGHT_SKIP_LOG='$(SKIP_LOG)' $(CARGO) test --locked --no-fail-fast 2>&1 \
	  | tee '$(TARGET)/test.log' || status=$$?
	bash tests/count.sh "$$status" '$(TARGET)/test.log' '$(SKIP_LOG)'

# The tests that say more in an optimised build: lanes are vector instructions there, a hundred
# thousand cells keep their balances, and the README's record has the digest of every other build.
test-optimised: setup
	@$(CARGO) test --locked --release --test twin_formation --test twin_lanes --test readme

# Not part of `make test`: other features of shared crates make this a second build of half of
# them, four minutes of one core. `make test` counts what is run here as one skipped test.
test-parquet: setup
	@$(CARGO) test --locked --features parquet --test table_parquet

install: build
	@install -D -m 755 $(TARGET)/release/cellwright '$(DESTDIR)$(PREFIX)/bin/cellwright'
	install -D -m 755 .z3/lib/$(Z3_LIBRARY) '$(DESTDIR)$(PREFIX)/lib/$(Z3_LIBRARY)'
	echo 'installed $(PREFIX)/bin/cellwright and $(PREFIX)/lib/$(Z3_LIBRARY)'

dist: build
	@folder=dist/$(PACKAGE)
	rm -rf "$$folder"
	install -D -m 755 $(TARGET)/release/cellwright "$$folder/bin/cellwright"
	install -D -m 755 .z3/lib/$(Z3_LIBRARY) "$$folder/lib/$(Z3_LIBRARY)"
	for part in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE rules models scenarios; do
	  if [ -e "$$part" ]; then cp -r "$$part" "$$folder/"; fi
	done
	{ echo 'lib/$(Z3_LIBRARY) is Z3 5.3.0, taken unchanged from $(Z3_PACKAGE).'; echo
	  sed 's/^Copyright (c) .*/Copyright (c) Microsoft Corporation/' LICENSE-MIT
	} > "$$folder/LICENSE-Z3"
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01 00:00:00Z' \
	  -C dist -czf "dist/$(PACKAGE).tar.gz" '$(PACKAGE)'
	rm -rf "$$folder"
	echo 'dist/$(PACKAGE).tar.gz'

clean:
	@rm -rf '$(TARGET)' dist

target-dir:
	@echo '$(TARGET)'
