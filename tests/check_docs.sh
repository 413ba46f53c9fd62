#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check_docs.sh PROGRAM SOURCE_ROOT
# The man page has every command and option of `PROGRAM --help`, and no other option. The man page and the README have
# its exit codes. NEWS.md begins with its version, which the packages have, too.
set -eu
program=$1
manual=$2/doc/potemkin.1.scd
readme=$2/README.md
help=$("$program" --help all)
bad=0

complain() {
	echo "$*" >&2
	bad=1
}

for command in $(echo "$help" | sed -n 's/^  potemkin \([a-z]*\) .*/\1/p'); do
	grep -q "^\*.*$command[* ]" "$manual" ||
		complain "doc/potemkin.1.scd: no command $command"
done

options=$(echo "$help" | sed -n 's/^  *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p')
[ "$(echo "$options" | wc -l)" -gt 20 ] || complain "too few options were seen in: $program --help"
for option in $options; do
	grep -q "^\(\*-[a-zA-Z]\*, \)\?\*$option\*" "$manual" || complain "doc/potemkin.1.scd: no entry for $option"
done
for option in $(grep -o '\*--[a-z-]*' "$manual" | tr -d '*' | sort -u); do
	echo "$options" | grep -qx -- "$option" || complain "doc/potemkin.1.scd: $option is not in --help"
done

# "0 ok, 1 internal, .."
codes=$(echo "$help" | sed -n '/^exit: / { N; s/^exit: //; s/\n  */ /; p; }')
[ -n "$codes" ] || complain "no exit codes were seen in: $program --help"
grep -qF "$codes" "$readme" || complain "README.md does not have: $codes"
IFS='
'
for code in $(echo "$codes" | sed 's/, \([0-9]\)/\n\1/g'); do
	grep -q "^\*${code%% *}\* ${code#* }\(++\)\?$" "$manual" ||
		complain "doc/potemkin.1.scd: has no exit code \"$code\""
done

version=$("$program" --version)
sed -n 3p "$2/NEWS.md" | grep -Eq "^## ${version#potemkin } \((unreleased|[0-9]{4}-[0-9]{2}-[0-9]{2})\)$" ||
	complain "NEWS.md: does not begin with the version of $version and \"unreleased\" or a date"
for file in debian/changelog contrib/packages/PKGBUILD contrib/packages/potemkin.spec \
	contrib/packages/package.nix; do
	grep -m 1 -i -E '^(potemkin \(|pkgver=|version:| *version = )' "$2/$file" | grep -qF "${version#potemkin }" ||
		complain "$file: has another version than $version"
done

exit $bad
