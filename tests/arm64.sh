#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: arm64.sh SOURCE_ROOT
# The kernel tests, compiled for arm64 and run by qemu; skipped, and said so, where Debian's gcc-aarch64-linux-gnu or qemu-user-static misses.
set -eu
cc=aarch64-linux-gnu-gcc
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
command -v $cc >/dev/null && [ -n "$emulator" ] || { echo "skipped: needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$1"
$cc -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-parameter -Wno-format-truncation -static -Isrc -Itests -o "$folder/test_kernels" \
	tests/test_kernels.c tests/reference.c src/base/clock.c src/base/cpu.c src/base/log.c src/base/mem.c src/model/check.c src/model/engine.c \
	src/model/engine_own.c src/model/graph.c src/model/kernel*.c src/model/own_*.c src/model/pool.c src/model/rewrite.c -lm -lpthread
"$emulator" "$folder/test_kernels" 300
