#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: valgrind.sh BUILD
# The unit tests of what reads files, models and pictures of cameras, and of the network, under valgrind. It sees into
# the libraries, which the memory sanitizer does not. libjpeg's vector code reads more than it uses, so it is left out.
set -eu
command -v valgrind >/dev/null || { echo "skipped: needs valgrind"; exit 77; }
export JSIMD_FORCENONE=1
meson test -C "$1" --no-rebuild --quiet --print-errorlogs --timeout-multiplier 300 \
	--wrap='valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite' \
	jpeg jpeg_scan simple tflite lowering own manifest y4m pipewire_format v4l2_source
