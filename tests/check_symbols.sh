#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_symbols.sh LIBRARY [MODULE]
# Every external symbol begins with pmk_, and the module shows one alone.
set -eu
# Sanitizers and profilers add symbols of their own.
theirs='^__odr_asan\|^__asan\|^__tsan\|^__gcov\|^__prof'
if [ $# -gt 1 ]; then
	shown=$(nm --dynamic --defined-only --extern-only "$2" | awk '{ print $3 }' | grep -v "$theirs" || :)
	[ "$shown" = pmk_media_module ] || { echo "$2 shows: $shown" >&2; exit 1; }
fi
names=$(nm --defined-only --extern-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }')
[ "$(echo "$names" | wc -l)" -gt 20 ] || { echo "too few symbols were seen in $1" >&2; exit 1; }
bad=$(echo "$names" | grep -v "^pmk_\|$theirs" || :)
[ -z "$bad" ] || { echo "$1: external symbols without pmk_:" >&2; echo "$bad" >&2; exit 1; }
