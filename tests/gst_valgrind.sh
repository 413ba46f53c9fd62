#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: gst_valgrind.sh BUILD
# The GStreamer element under valgrind: 300 pictures, 20 sizes one after another, and what is refused. Some ten minutes.
# Blocks that valgrind calls "possibly lost" are GLib's types and threads, which it keeps by pointers into blocks.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
command -v valgrind >/dev/null || { echo "skipped: needs valgrind"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GST_PLUGIN_PATH="$build/plugins/gst" GST_REGISTRY="$work/registry" GST_REGISTRY_FORK=no XDG_CONFIG_HOME="$work"
export POTEMKIN_MODELS="$here/../models"
valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--num-callers=30 --suppressions="$here/gst_valgrind.supp" "$build/tests/gst_change" 20 15
