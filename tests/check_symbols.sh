#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_symbols.sh LIBRARY...
# Every external symbol begins with pmk_.
set -eu
names=$(nm --defined-only --extern-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }')
[ "$(echo "$names" | wc -l)" -gt 50 ] || { echo "too few symbols were seen in $*" >&2; exit 1; }
# What sanitizers add is theirs.
bad=$(echo "$names" | grep -v '^pmk_\|^__odr_asan\|^__asan\|^__tsan\|^__gcov\|^__prof' || :)
[ -z "$bad" ] || { echo "external symbols without pmk_:" >&2; echo "$bad" >&2; exit 1; }
