#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: unit_file.sh UNIT PROGRAM
# systemd finds nothing wrong with the user service, and it may do what the process that decodes pictures does.
for call in seccomp landlock_create_ruleset landlock_restrict_self; do
	grep -q "^SystemCallFilter=.*\b$call\b" "$1" || { echo "$1 forbids $call"; exit 1; }
done
command -v systemd-analyze >/dev/null || { echo "skipped: needs systemd-analyze"; exit 77; }
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
# the man page may not be installed here
sed "s|^ExecStart=[^ ]*|ExecStart=$(realpath "$2")|; /^Documentation=/d" "$1" >"$work/potemkin.service"
XDG_RUNTIME_DIR=$work systemd-analyze --user verify "$work/potemkin.service" >"$work/said" 2>&1
code=$?
grep potemkin "$work/said" && exit 1
if [ $code -ne 0 ]; then
	cat "$work/said"
	grep -q 'Failed to initialize manager\|No such file or directory' "$work/said" || exit 1
	echo "skipped: systemd-analyze does not work here"
	exit 77
fi
