# SPDX-License-Identifier: MIT
# Two commands from a bare Debian 12: `make run` and `make test`. The rest are their parts.
BUILD ?= build
PREFIX ?= /usr/local
export POTEMKIN_TEST_DATA ?= $(abspath ../shared)

run: build models
	@$(BUILD)/potemkin demo

test: build models
	@tools/deps test
	@meson test -C $(BUILD) --print-errorlogs

build: deps
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --prefix=$(PREFIX)
	@ninja -C $(BUILD) --quiet

deps:
	@tools/deps build

models: build
	@$(BUILD)/potemkin model fetch --to models selfie selfie-landscape

bench: build models
	@$(BUILD)/potemkin bench

test-vm: build models
	@tools/deps vm
	@tests/vm/all

install: build models
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@meson install -C $(BUILD) --quiet $(if $(DESTDIR),--destdir=$(abspath $(DESTDIR)))

clean:
	@rm -rf $(BUILD)

.PHONY: run test build deps models bench test-vm install clean
