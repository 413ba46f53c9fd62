#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: spelling.sh SOURCE_ROOT
# codespell over the tree, as .codespellrc says; skipped, and said so, where it is not installed.
set -eu
command -v codespell >/dev/null || { echo "skipped: needs codespell"; exit 77; }
cd "$1"
codespell . .ci .codespellrc
