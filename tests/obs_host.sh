#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: obs_host.sh OBS_HOST PLUGIN DATA_FOLDER
# obs_host on a display of its own, which Mesa draws by software.
set -eu
command -v xvfb-run >/dev/null && command -v xauth >/dev/null || { echo "skipped: needs xvfb and xauth"; exit 77; }
export LIBGL_ALWAYS_SOFTWARE=1
exec xvfb-run --auto-servernum "$1" "$2" "$3" 2
