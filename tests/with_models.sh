#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: with_models.sh TEST ARGS...
# The test, if the default models are in $POTEMKIN_MODELS; else a line, and meson counts it as skipped.
for file in selfie_segmentation selfie_segmentation_landscape; do
	[ -r "$POTEMKIN_MODELS/$file.tflite" ] || { echo "skipped: needs the default models (make models)"; exit 77; }
done
exec "$@"
