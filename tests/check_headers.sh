#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_headers.sh SOURCE_ROOT CC
# Every header compiles alone and says what it is in its first lines.
set -eu
cd "$1/src"
bad=0
for header in $(find . -name '*.h'); do
	$2 -std=gnu11 -D_GNU_SOURCE -I. -fsyntax-only -Wall -Wextra -Wno-unused-parameter -x c "$header" || bad=1
	sed -n 1p "$header" | grep -q 'SPDX-License-Identifier: MIT' || { echo "$header: no SPDX line" >&2; bad=1; }
	sed -n 2p "$header" | grep -q '^/\*' || { echo "$header: does not say what it is" >&2; bad=1; }
done
exit $bad
