#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_includes.sh SOURCE_ROOT
# Includes go down only: app -> core -> scene, io -> model (scene only), image -> base.
set -eu
cd "$1/src"

allowed() {
	case $1 in
	base) echo base ;;
	image) echo 'base image' ;;
	model) echo 'base model' ;;
	scene) echo 'base image model scene' ;;
	io) echo 'base image io' ;;
	core) echo 'base image model scene io core' ;;
	app) echo 'base image model scene io core app' ;;
	esac
}

bad=0
checked=0
for room in base image model scene io core app; do
	may=" $(allowed $room) "
	for line in $(grep -Ho '^#include "[a-z0-9]*/' "$room"/*.[ch] | tr -d ' '); do
		file=${line%%:*}
		to=${line#*'"'}
		to=${to%/}
		checked=$((checked + 1))
		case $may in
		*" $to "*) ;;
		*) echo "$file includes \"$to/\": $room may include only:$may" >&2; bad=1 ;;
		esac
	done
done
# The check above reads "room/file.h" only, so there may be no other way to write it.
if grep -nE '#[[:space:]]*include[[:space:]]*("[^"/]*"|"[^"]*\.\./|<[^>]*\.\./|"/)' ./*/*.[ch] || grep -nE '#[[:space:]]+include|#include[^ ]' ./*/*.[ch]; then
	echo 'the above include other than as #include "room/file.h"' >&2
	bad=1
fi
[ "$checked" -gt 50 ] || { echo "only $checked includes were seen: is this the source tree?" >&2; exit 1; }
exit $bad
