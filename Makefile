# SPDX-License-Identifier: GPL-3.0-or-later
# The short way to everything: each target installs what is missing, configures, builds and runs.
# The build itself is meson's; `make help` lists the targets.

BUILD ?= build
DEMO_TRACE ?= quickstart.h5
# Debian's meson, whichever python comes first in PATH; looked up after packages were installed
MESON = $$(test -x /usr/bin/meson && echo /usr/bin/meson || echo meson)
PYTHON = $$(test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3)

.PHONY: help dependencies build demo picture test bench lint asan check-all install clean

help:
	@echo 'make demo       build gpusim and run scenarios/quickstart.yaml: a week of a GPU cluster'
	@echo 'make picture    draw the picture of the README from the demo: docs/overview.png'
	@echo 'make test       build and pass every test'
	@echo 'make bench      measure the engine, the scheduler and telemetry against others'
	@echo 'make lint       layout, headers, symbols, includes, file sizes, licence lines, cppcheck'
	@echo 'make asan       the tests under the address and undefined-behaviour sanitizers'
	@echo 'make check-all  asan, valgrind, fuzzers, clang and longer property tests (half an hour)'
	@echo 'make install    install gpusim (PREFIX=/usr/local, DESTDIR=)'
	@echo 'make clean      remove the build folders'
	@echo
	@echo 'demo and test install the Debian packages that are missing; BUILD=folder builds elsewhere'

dependencies:
	@tools/install-dependencies.sh build

build: dependencies
	@test -f '$(BUILD)/build.ninja' || $(MESON) setup '$(BUILD)'
	@ninja -C '$(BUILD)'

demo: dependencies
	@test -f '$(BUILD)/build.ninja' || $(MESON) setup '$(BUILD)'
	@ninja -C '$(BUILD)' sim/gpusim
	'$(BUILD)/sim/gpusim' run scenarios/quickstart.yaml -o '$(DEMO_TRACE)' --force

picture: demo
	'$(BUILD)/sim/gpusim' plot '$(DEMO_TRACE)' --size 1000x700 -o docs/overview.png --force

test:
	@tools/install-dependencies.sh build test
	@$(MAKE) --no-print-directory build
	@$(PYTHON) tools/run-tests.py '$(BUILD)'

bench:
	@tools/install-dependencies.sh build bench
	@$(MAKE) --no-print-directory build
	@$(MESON) test -C '$(BUILD)' --benchmark --no-rebuild --verbose --num-processes 1

lint:
	@tools/install-dependencies.sh build lint
	@$(MAKE) --no-print-directory build
	@tools/lint.sh '$(BUILD)'

asan:
	@tools/install-dependencies.sh build test
	@test -f build-asan/build.ninja || \
	    $(MESON) setup build-asan -Dbuildtype=debugoptimized -Db_sanitize=address,undefined
	@ninja -C build-asan
	@ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	    $(PYTHON) tools/run-tests.py build-asan --timeout-multiplier 10 --no-suite slow

check-all:
	@tools/install-dependencies.sh build test lint check
	@$(MAKE) --no-print-directory lint test asan
	@tools/check-more.sh '$(BUILD)'

install: dependencies
	@test -f '$(BUILD)/build.ninja' || $(MESON) setup '$(BUILD)' $(if $(PREFIX),--prefix '$(PREFIX)')
	$(if $(PREFIX),@$(MESON) configure '$(BUILD)' --prefix '$(PREFIX)')
	@ninja -C '$(BUILD)'
	@$(MESON) install -C '$(BUILD)' --no-rebuild

clean:
	rm -rf -- '$(BUILD)' build-asan build-clang build-fuzz
