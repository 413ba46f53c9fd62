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
	for file in $(grep -lE "#[[:space:]]*include[[:space:]]*[<\"]([^\">]*/)?$name[>\"]" ./*/*.[ch]); do
		case " $* " in
		*" ${file#./} "*) ;;
		*) echo "$file includes $header; only these may: $*" >&2; bad=1 ;;
		esac
	done
	for file in "$@"; do
		grep -q "#include \"$header\"" "$file" || { echo "$file no longer includes $header: mend this list" >&2; bad=1; }
	done
}

only image/shown_seal.h image/shown.c scene/compose.c
only image/media_out.h image/media_out.c image/media_module.h io/sink_file.c app/mask.c
only image/media_module.h image/media_module.c image/media_entry.c
# Pictures are written by these: composed ones and the drawn demo, and masks.
only image/still.h image/still.c image/media_module.h scene/backdrop.c app/convert.c app/mask.c app/demo.c

# A sink never sees a raw frame.
if grep -n 'struct pmk_frame\b\|image/frame\.h' io/sink*.[ch]; then
	echo "a sink names the raw frame" >&2
	bad=1
fi
# Only compose.c fills a shown picture.
if grep -l 'pmk_shown_pool_take' ./*/*.[ch] | grep -v '^./image/shown.c$\|^./image/shown_seal.h$\|^./scene/compose.c$'; then
	echo "the above take pictures from the pool of shown ones" >&2
	bad=1
fi
exit $bad
