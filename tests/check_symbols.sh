#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_symbols.sh LIBRARY [MODULE SYMBOL]...
# Every external symbol begins with pmk_, and each module shows one alone.
set -eu
# Sanitizers and profilers add symbols of their own.
theirs='^__odr_asan\|^__asan\|^__tsan\|^__gcov\|^__prof'
library=$1
shift
while [ $# -gt 1 ]; do
	shown=$(nm --dynamic --defined-only --extern-only "$1" | awk '{ print $3 }' | grep -v "$theirs" || :)
	[ "$shown" = "$2" ] || { echo "$1 shows: $shown" >&2; exit 1; }
	shift 2
done
names=$(nm --defined-only --extern-only "$library" 2>/dev/null | awk 'NF == 3 { print $3 }')
[ "$(echo "$names" | wc -l)" -gt 20 ] || { echo "too few symbols were seen in $library" >&2; exit 1; }
bad=$(echo "$names" | grep -v "^pmk_\|$theirs" || :)
[ -z "$bad" ] || { echo "$library: external symbols without pmk_:" >&2; echo "$bad" >&2; exit 1; }
