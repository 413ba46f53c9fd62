#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: hardened.sh FILE...
# Each program or library of the build has what makes a fault in it hard to use: its place in memory is random, what the
# linker writes is read-only before it runs, its stack is not executable, and overruns of the stack and of buffers whose
# size is known end it.
set -eu
bad=0
complain() {
	echo "$*" >&2
	bad=1
}

for file; do
	name=$(basename "$file")
	readelf -hW "$file" | grep -q 'Type: *DYN' || complain "$name: is always at the same place in memory"
	readelf -lW "$file" | grep -q GNU_RELRO || complain "$name: tables of the linker stay writable"
	readelf -dW "$file" | grep -Eq 'BIND_NOW|FLAGS_1.* NOW' || complain "$name: functions are bound late"
	readelf -lW "$file" | grep -q 'GNU_STACK.* RW ' || complain "$name: has a stack that can be executed"
	readelf --dyn-syms -W "$file" | grep -q __stack_chk_fail || complain "$name: does not protect its stack"
	readelf --dyn-syms -W "$file" | grep -q '__[a-z]*_chk' || complain "$name: does not check the size of buffers"
done
exit $bad
