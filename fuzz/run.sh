#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: run.sh FUZZER CORPUS [SEEDER]
# Runs a fuzzer for $POTEMKIN_FUZZ_SECONDS (60) from its corpus and from what SEEDER writes. An input that crashes it,
# takes 20 s or 2 GB is kept in the working directory, and printed.
set -eu
fuzzer=$1 corpus=$2 name=$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/new"
[ $# -lt 3 ] || "$3" "$work/seeds"
export TMPDIR="$work" UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
"$fuzzer" -max_total_time="${POTEMKIN_FUZZ_SECONDS:-60}" -max_len=16384 -timeout=20 -rss_limit_mb=2048 \
	-artifact_prefix="$name-" -print_final_stats=1 "$work/new" "$work/seeds" "$corpus" 2>"$work/log" ||
	{ tail -n 60 "$work/log"; echo "kept in $PWD; with its mending it goes into $corpus"; exit 1; }
grep -E 'number_of_executed_units|peak_rss_mb|new_units_added' "$work/log"
