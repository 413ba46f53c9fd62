#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_includes.sh SOURCE_ROOT
# Includes go down only: app -> core -> scene, io -> find, mask, compose, draw -> model (find only), media, jpeg, pixels, image -> base.
set -eu
cd "$1/src"

allowed() {
	case $1 in
	base) echo base ;;
	image) echo 'base image' ;;
	pixels) echo 'base image pixels' ;;
	jpeg) echo 'base image jpeg' ;;
	media) echo 'base image media' ;;
	model) echo 'base model' ;;
	draw) echo 'base image draw' ;;
	find) echo 'base image pixels model find' ;;
	mask) echo 'base image pixels mask' ;;
	compose) echo 'base image pixels media draw compose' ;;
	scene) echo 'base image model draw find mask compose scene' ;;
	io) echo 'base image jpeg media draw io' ;;
	core) echo 'base image scene io core' ;;
	app) echo 'base image jpeg pixels media model draw find mask compose scene io core app' ;;
	esac
}

bad=0
checked=0
for room in base image pixels jpeg media model draw find mask compose scene io core app; do
	may=" $(allowed $room) "
	for line in $(grep -Ho '^#include "[a-z0-9]*/' $(find "$room" -name '*.[ch]' -o -name '*.inc') | tr -d ' '); do
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
if grep -nE '#[[:space:]]*include[[:space:]]*("[^"/]*"|"[^"]*\.\./|<[^>]*\.\./|"/)' $(find . -name '*.[ch]' -o -name '*.inc') || grep -nE '#[[:space:]]+include|#include[^ ]' $(find . -name '*.[ch]' -o -name '*.inc'); then
	echo 'the above include other than as #include "room/file.h"' >&2
	bad=1
fi
[ "$checked" -gt 50 ] || { echo "only $checked includes were seen: is this the source tree?" >&2; exit 1; }
exit $bad
