# SPDX-License-Identifier: MIT
# Two commands from a bare Debian 12: `make run` and `make test`. The rest are their parts; `make` alone only builds.
BUILD ?= build
PREFIX ?= /usr/local
export POTEMKIN_TEST_DATA ?= $(abspath ../shared)

all: compile
	@echo "$(BUILD)/potemkin is ready"

run: build models
	@$(BUILD)/potemkin demo

test: build models
	@tools/deps test
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs

build: deps
	@$(MAKE) --no-print-directory compile

# Installs nothing.
compile:
	@test -f $(BUILD)/build.ninja || { echo "Configuring $(BUILD)/"; \
		meson setup $(BUILD) --prefix=$(PREFIX) >$(BUILD).log || { cat $(BUILD).log; exit 1; }; }
	@rm -f $(BUILD).log
	@ninja -C $(BUILD) -n | grep -q 'no work to do' || { echo "Building (1 to 3 minutes)"; \
		ninja -C $(BUILD) --quiet; }

deps:
	@tools/deps build

models: build
	@$(BUILD)/potemkin model fetch --to models selfie selfie-landscape

bench: build models
	@tools/bench_table $(BUILD)/potemkin README.md

quality: build models
	@tools/deps quality
	@/usr/bin/python3 tools/quality $(BUILD)/potemkin $(POTEMKIN_TEST_DATA) $(BUILD)/quality

# The tree built and tested in other ways; tests/variants.sh lists them.
check-options: models
	@tests/variants.sh $$(tests/variants.sh options)

coverage: models
	@tools/deps check
	@tools/coverage

fuzz: deps
	@tools/deps check
	@tests/variants.sh fuzz

# All but what needs a virtual machine, a desktop, or an accelerator.
check-all: test
	@tools/deps check
	@tests/analyze.py $(BUILD)
	@tests/variants.sh werror clang tidy asan tsan msan
	@$(MAKE) --no-print-directory check-options coverage
	@tests/valgrind.sh $(BUILD)
	@tests/gst_valgrind.sh $(BUILD)
	@tests/variants.sh fuzz

# Faults of all kinds, then 200 cold starts and 200,000 pictures, and whether any shows the room: an hour.
faults: build models
	@tools/deps test
	@bench/faults/faults.py $(BUILD)/potemkin $(BUILD)/bench $(BUILD)/tests/fakecam.so
	@bench/faults/faults.py $(BUILD)/potemkin $(BUILD)/bench $(BUILD)/tests/fakecam.so long

# All that happens in a day, again and again: whether the program grows. MINUTES=1440 is a day.
MINUTES ?= 10
soak: build models
	@tools/deps test
	@bench/soak/soak.py $(BUILD)/potemkin $(BUILD)/tests/fakecam.so $(MINUTES)

test-vm: build models
	@tools/deps vm
	@BUILD=$(BUILD) tests/vm/all

test-desktop: build models
	@tools/deps test
	@tools/deps desktop
	@tests/pipewire/programs.py $(BUILD)/potemkin $(BUILD)/tests/pipewire/pipewire_reader \
		$(BUILD)/tests/pipewire/pipewire_camera
	@tests/page/browser.py $(BUILD)/potemkin
	@tests/page/own.py $(BUILD)/potemkin
	@tests/pipewire/portal.py $(BUILD)/potemkin $(BUILD)/tests/pipewire/pipewire_camera
	@tests/pipewire/browsers.py $(BUILD)/potemkin $(BUILD)/tests/pipewire/pipewire_reader \
		$(BUILD)/tests/pipewire/pipewire_camera

install: build models
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@meson install -C $(BUILD) --quiet $(if $(DESTDIR),--destdir=$(abspath $(DESTDIR)))
	@$(if $(DESTDIR),true,ldconfig 2>/dev/null || true) # so that programs find the library; not root: no cache

uninstall:
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@tools/uninstall $(BUILD) $(if $(DESTDIR),$(abspath $(DESTDIR)))

# Debian packages, in $(BUILD)/deb.
deb: models
	@tools/deps deb
	@tools/deb $(BUILD)/deb

# Installs them into a bare Debian 12 without network, tests them there, purges them. As root.
test-deb: deb
	@tools/deps bare
	@tools/try_packages $(BUILD)/deb

format:
	@clang-format -i $$(git ls-files '*.[ch]' '*.inc')

clean:
	@rm -rf $(BUILD)

.PHONY: all run test build compile deps models bench quality check-options coverage fuzz check-all faults soak test-vm \
	test-desktop install uninstall deb test-deb format clean
