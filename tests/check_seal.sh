#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_seal.sh SOURCE_ROOT
# Who may make a picture that outputs accept, and who may write pictures to files without one.
set -eu
cd "$1/src"
bad=0

# header: the files that may include it
only() {
	header=$1
	shift
	name=${header##*/}
	for file in $(grep -lE "#[[:space:]]*include[[:space:]]*[<\"]([^\">]*/)?$name[>\"]" $(find . -name '*.[ch]' -o -name '*.inc')); do
		case " $* " in
		*" ${file#./} "*) ;;
		*) echo "$file includes $header; only these may: $*" >&2; bad=1 ;;
		esac
	done
	for file in "$@"; do
		grep -q "#include \"$header\"" "$file" || { echo "$file no longer includes $header: mend this list" >&2; bad=1; }
	done
}

only image/shown_seal.h image/shown.c compose/compose.c
only media/media_out.h media/media_out.c media/media_module.h io/file/sink_file.c app/files/mask.c
only media/media_module.h media/media_module.c media/media_entry.c
# Pictures are written by these: composed ones and the drawn demo, and masks.
only media/still.h media/still.c media/media_module.h compose/backdrop.c app/files/convert.c app/files/mask.c app/live/demo.c

# A sink never sees a raw frame.
if grep -n 'struct pmk_frame\b\|image/frame\.h' $(find io -name 'sink*.[ch]'); then
	echo "a sink names the raw frame" >&2
	bad=1
fi
# Only compose.c fills a shown picture.
if grep -l 'pmk_shown_pool_take' $(find . -name '*.[ch]' -o -name '*.inc') | grep -v '^./image/shown.c$\|^./image/shown_seal.h$\|^./compose/compose.c$'; then
	echo "the above take pictures from the pool of shown ones" >&2
	bad=1
fi
exit $bad
