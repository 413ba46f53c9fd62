#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: variants.sh NAME...
# The tree built in other ways, each in build-NAME, and tested there: no warnings, and the unit tests pass.
#   werror                               only built
#   clang                                the other compiler; only the tests of what it could compile wrongly: kernels
#   tidy                                 only read, by clang-tidy
#   asan tsan msan                       sanitizers: address and undefined behaviour; threads, for what has threads;
#                                        memory that was never written, for our kernels, which call no library
#   no-OPTION                            without a part that can be left out; only the tests near these parts
#   least                                without all that can be left out, and without tests; it only runs
#   options                              print the names of all of these
#   fuzz                                 fuzzers, each for $POTEMKIN_FUZZ_SECONDS (60)
set -eu
cd "$(dirname "$0")/.."
options='caption media page pictures pipewire portal seccomp systemd webp xnnpack'
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# variant NAME TARGETS TESTS SETUP...: TARGETS "": all; TESTS: arguments to meson test, "": none
variant() {
	build=build-$1 targets=$2 tests=$3
	shift 3
	[ -f "$build/build.ninja" ] || meson setup "$build" "$@" >"$build.log" || { cat "$build.log"; exit 1; }
	rm -f "$build.log"
	# shellcheck disable=SC2086
	ninja -C "$build" --quiet $targets
	# shellcheck disable=SC2086
	[ -z "$tests" ] || meson test -C "$build" --no-rebuild --quiet --print-errorlogs --timeout-multiplier 40 $tests
}

for name; do
	case $name in
	werror) variant "$name" '' '' -Dwerror=true ;;
	clang) CC=clang variant "$name" '' 'kernels engine jpeg jpeg_scan rows edges golden' -Dwerror=true ;;
	tidy)
		CC=clang variant "$name" libpotemkin-app.a '' -Dwerror=true
		find src -name '*.c' -print0 | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p "build-$name" --quiet ;;
	asan)
		variant "$name" '' --suite=unit -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
			-Db_lundef=false ;;
	tsan)
		tests='slot handover lib pipeline pipeline_apply pipeline_camera pipeline_watch control tray'
		# shellcheck disable=SC2086
		targets=$(printf 'tests/test_%s ' $tests)
		variant "$name" "$targets" "$tests" -Db_sanitize=thread -Db_lundef=false ;;
	msan)
		tests='kernels own rows edges jpeg_shift'
		# shellcheck disable=SC2086
		targets=$(printf 'tests/test_%s ' $tests)
		CC=clang variant "$name" "$targets" "$tests" -Db_sanitize=memory -Db_lundef=false ;;
	fuzz)
		CC=clang variant "$name" fuzzers --suite=fuzz -Dfuzz=enabled -Dbuildtype=debug -Doptimization=1 \
			-Db_sanitize=address,undefined -Db_lundef=false ;;
	no-*)
		also=
		[ "$name" = no-pictures ] || also=simple
		variant "$name" '' "settings engine service sandbox $also" \
			-D"${name#no-}"=disabled -Dwerror=true -Dbuildtype=debug -Doptimization=1 \
			-Dc_args=-Wno-maybe-uninitialized ;; # a guess that is often wrong at -O1
	least)
		variant "$name" '' '' -Dauto_features=disabled -Dmedia=disabled -Dtests=false -Dbench=false \
			-Djpeg_scan=false -Dwerror=true -Dbuildtype=plain
		"build-$name/potemkin" -c presenter -o hash --frames 3 ;;
	options) printf 'no-%s\n' $options ;; # shellcheck disable=SC2086
	*) echo "variants.sh: there is no variant $name" >&2; exit 2 ;;
	esac
done
