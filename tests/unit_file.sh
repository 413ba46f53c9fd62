#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: unit_file.sh UNIT PROGRAM
# systemd finds nothing wrong with the user service, and it may do what the process that decodes pictures does; nor with
# the system service, user and rule of udev that hide the cameras.
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
"$2" setup-loopback --hide-camera --root "$work" >"$work/said" || { cat "$work/said"; exit 1; }
hidden=$work/etc/systemd/system/potemkin.service
for unit in "$1" "$hidden"; do
	for call in seccomp landlock_create_ruleset landlock_restrict_self; do
		grep -q "^SystemCallFilter=.*\b$call\b" "$unit" || { echo "$unit forbids $call"; exit 1; }
	done
done
rules=$work/etc/udev/rules.d/72-potemkin.rules
if udevadm verify --help >/dev/null 2>&1; then	# from 254 on
	udevadm verify --resolve-names=never "$rules" || exit 1
fi
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --root="$work" "$work/etc/sysusers.d/potemkin.conf" >"$work/said" 2>&1 ||
		{ cat "$work/said"; exit 1; }
	grep -q '^potemkin:' "$work/etc/passwd" || { echo 'systemd-sysusers makes no user'; exit 1; }
fi
command -v systemd-analyze >/dev/null || { echo "skipped: needs systemd-analyze"; exit 77; }
# what it may do, from 0 to 10, where systemd can tell without running (from 250 on)
exposure=$(systemd-analyze security --offline=true "$hidden" 2>/dev/null |
	sed -n 's/.*exposure level[^:]*: \([0-9.]*\).*/\1/p')
[ -z "$exposure" ] || [ "${exposure%.*}" -lt 2 ] || { echo "the system service has an exposure of $exposure"; exit 1; }
# the man page may not be installed here
sed "s|^ExecStart=[^ ]*|ExecStart=$(realpath "$2")|; /^Documentation=/d" "$1" >"$work/potemkin.service"
XDG_RUNTIME_DIR=$work systemd-analyze --user verify "$work/potemkin.service" >"$work/said" 2>&1
code=$?
systemd-analyze verify "$hidden" >>"$work/said" 2>&1
grep potemkin "$work/said" && exit 1
if [ $code -ne 0 ]; then
	cat "$work/said"
	grep -q 'Failed to initialize manager\|No such file or directory' "$work/said" || exit 1
	echo "skipped: systemd-analyze does not work here"
	exit 77
fi
