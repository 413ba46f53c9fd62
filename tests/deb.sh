#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: deb.sh SOURCE_ROOT
# `tools/deb` removes from its folder what it made there before, and no package of others.
set -eu
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir "$work/out" && cd "$work/out"
touch theirs_1_amd64.deb potemkin_9_amd64.deb notes.buildinfo 'a b.deb' theirs.changes
cp -r . ../before
touch potemkin_1_amd64.deb libpotemkin0_1_amd64.deb potemkin_1_amd64.buildinfo potemkin_2_amd64.deb ../outside
{
	printf 'Format: 1.8\nBinary: libpotemkin0 potemkin\nDescription:\n potemkin - virtual webcam\n'
	printf 'Checksums-Sha256:\n aa 10 theirs_1_amd64.deb\nFiles:\n'
	printf ' aa 10 video optional %s\n' libpotemkin0_1_amd64.deb potemkin_1_amd64.deb potemkin_1_amd64.buildinfo \
		../outside
} >potemkin_1_amd64.changes
printf 'Files:\n aa 10 video optional potemkin_2_amd64.deb\n' >potemkin_2_amd64.changes
"$1/tools/deb" clear .
diff -r . ../before
[ -e ../outside ]
