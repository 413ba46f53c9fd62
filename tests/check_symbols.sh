#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_symbols.sh LIBRARY [MODULE]
# Every external symbol begins with pmk_; the module shows one alone; only the gate has pictures that outputs accept,
# and only the loader of the module looks up symbols by name.
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

# only SOURCE SYMBOLS: however the others spell it; see "seal" in check_tree.py.
only() {
	callers=$(nm -A --undefined-only "$library" 2>/dev/null | sed -n "s/ *U \($2\)\$/ \1/p" |
		grep -v "$1\.c\.o:" || :)
	[ -z "$callers" ] || { echo "only $1.c may call these:" >&2; echo "$callers" >&2; exit 1; }
}

library=$1
only compose_compose 'pmk_shown_pool_[a-z]*'
only media_media_module 'dlm\?open\|dlv\?sym'
