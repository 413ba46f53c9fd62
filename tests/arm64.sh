#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: arm64.sh SOURCE_ROOT
# Compiles the kernel tests for arm64 and runs them with qemu; skipped, with a message, without Debian's
# gcc-aarch64-linux-gnu or qemu-user.
set -eu
cc=aarch64-linux-gnu-gcc
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
if ! command -v $cc >/dev/null || [ -z "$emulator" ]; then
	echo "skipped: needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user"
	exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$1"
flags='-std=gnu11 -O2 -D_GNU_SOURCE -DPMK_TEST_DATA="" -static -Isrc -Itests'
flags="$flags -Wall -Wextra -Werror -Wno-unused-parameter -Wno-format-truncation"
base='src/base/clock.c src/base/cpu.c src/base/log.c src/base/mem.c src/base/open_file.c src/base/words/phrase.c'
# shellcheck disable=SC2086
$cc $flags -o "$folder/test_kernels" tests/test_kernels.c tests/reference.c $base src/model/check.c src/model/engine.c \
	src/model/graph.c src/model/op_rule.c src/model/rewrite.c src/model/own/*.c -lm -lpthread
"$emulator" "$folder/test_kernels" 300
# shellcheck disable=SC2086
$cc $flags -ffp-contract=off -Itests/plain -DPMK_LEVEL=base -o "$folder/test_rows" \
	tests/test_rows.c $base src/image/colour.c src/image/frame.c src/mask/filter.c src/pixels/rows*.c -lm -lpthread
"$emulator" "$folder/test_rows"
# shellcheck disable=SC2086
$cc $flags -Itests/plain -o "$folder/test_jpeg_idct" tests/test_jpeg_idct.c $base src/jpeg/jpeg_fast.c \
	src/jpeg/jpeg_blocks.c src/jpeg/jpeg_entropy.c src/jpeg/jpeg_idct.c -lm -lpthread
"$emulator" "$folder/test_jpeg_idct"
