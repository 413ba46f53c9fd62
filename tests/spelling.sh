#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: spelling.sh SOURCE_ROOT
# Runs codespell over the tree, with .codespellrc; skipped, with a message, if it is not installed.
set -eu
command -v codespell >/dev/null || { echo "skipped: needs codespell"; exit 77; }
cd "$1"
codespell . .ci .codespellrc
