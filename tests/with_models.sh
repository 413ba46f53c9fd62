#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: with_models.sh TEST ARGS...
# The test, if the default models are in $POTEMKIN_MODELS; else a line, and meson counts it as skipped.
for file in selfie_segmentation selfie_segmentation_landscape; do
	[ -r "$POTEMKIN_MODELS/$file.tflite" ] || { echo "skipped: needs the default models (make models)"; exit 77; }
done
# Of a build for another CPU, meson names the emulator. It runs a test's program, but none that a script would call.
[ -n "${MESON_EXE_WRAPPER:-}" ] || exec "$@"
case $1 in *.py | *.sh | */unblur) echo "skipped: the program is for another CPU"; exit 77 ;; esac
# It looks for a program's own file by the path that it was given, whatever folder the program has gone to.
program=$(realpath "$1")
shift
# shellcheck disable=SC2086
exec $MESON_EXE_WRAPPER "$program" "$@"
