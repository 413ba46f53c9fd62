#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: unit_file.sh UNIT PROGRAM GENERATOR
# systemd finds nothing wrong with the user service, and it may do what the process that decodes pictures does; nor with
# the system service, user and rule of udev that hide the cameras. What they may do is little; and the user service does
# without a namespace where there is none.
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
"$2" setup-loopback --hide-camera --root "$work" >"$work/said" || { cat "$work/said"; exit 1; }
hidden=$work/etc/systemd/system/potemkin.service
for unit in "$1" "$hidden"; do
	for call in seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self; do
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
# where namespaces are allowed, where they are not, and where they have no capabilities
mkdir "$work/bin" "$work/units"
dropin=$work/units/potemkin.service.d/no-namespace.conf
for unshare in 'exit 0' 'exit 1' 'for word; do [ "$word" = setpriv ] && exit 1; done; exit 0'; do
	printf '#!/bin/sh\n%s\n' "$unshare" >"$work/bin/unshare"
	chmod +x "$work/bin/unshare"
	PATH=$work/bin:$PATH "$3" "$work/units" "$work/units" "$work/units" || exit 1
	[ "$unshare" = 'exit 0' ] && [ -e "$dropin" ] && { echo 'the generator takes a namespace away'; exit 1; }
	[ "$unshare" = 'exit 0' ] || [ -e "$dropin" ] || { echo 'the generator leaves a namespace there'; exit 1; }
	rm -rf "$work/units/potemkin.service.d"
done
command -v systemd-analyze >/dev/null || { echo "skipped: needs systemd-analyze"; exit 77; }
# what it may do, from 0 to 10, where systemd can tell without running (from 250 on)
exposed() {	# UNIT MOST [WORD...]: more than MOST tenths
	unit=$1 most=$2
	shift 2
	exposure=$(XDG_RUNTIME_DIR=$work systemd-analyze security --offline=true "$@" "$unit" 2>/dev/null |
		sed -n 's/.*exposure level[^:]*: \([0-9.]*\).*/\1/p' | tr -d .)
	[ -z "$exposure" ] || [ "$exposure" -le "$most" ] ||
		{ echo "$unit: an exposure of $exposure tenths, more than $most"; exit 1; }
}
exposed "$hidden" 20
exposed "$1" 45 --user
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
