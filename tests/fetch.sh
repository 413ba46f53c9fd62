#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: fetch.sh PROGRAM
# potemkin model fetch with the test's own npm, curl and wget: one line says what went wrong, and nothing is left.
set -u
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
timeout() { command timeout --foreground "$@"; }	# in our process group, so that whatever ends us ends it
export XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" POTEMKIN_MODELS="$work/known"
mkdir "$work/tools" "$work/known"
cd "$work" || exit 1
export PATH="$work/tools:$PATH"
failed=0
passed=0

note() {
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL: $2" >&2; fi
}

# tool NAME: makes a tool from the script on standard input, where $out is the target of curl -o or wget -O.
tool() {
	{
		echo '#!/bin/sh'
		echo 'while [ $# -gt 1 ]; do case $1 in -o | -O) out=$2 ;; esac; shift; done'
		cat
	} >"tools/$1"
	chmod +x "tools/$1"
}

card() {
	printf '[%s]\nfile = %s.tflite\nsha256 = %s\nlicence = none\nsource = %s\n' "$@"
	printf 'input = 32x32\nvalues = 0..1\noutput = logit\noutput-size = 32x32\n'
}

# fails CODE PATTERN ARGS...: it exits with CODE, one line on stderr that matches PATTERN, and no file below "to".
fails() {
	code=$1 pattern=$2
	shift 2
	timeout 60 "$program" -q model fetch --to to "$@" >out 2>err
	got=$?
	if [ $got -ne "$code" ]; then note bad "$*: exit $got, expected $code: $(cat err)"
	elif [ "$(grep -c . err)" -ne 1 ]; then note bad "$*: not one line: $(cat err)"
	elif ! grep -Eq -- "$pattern" err; then note bad "$*: \"$(cat err)\" does not say $pattern"
	elif [ -s out ]; then note bad "$*: printed to stdout: $(cat out)"
	elif [ -d to ] && [ -n "$(ls -A to)" ]; then note bad "$*: left $(ls -A to)"
	else note ok; fi
}

echo 'a network' >network
sum=$(sha256sum network | cut -d ' ' -f 1)
{
	card paged page "$sum" https://example.org/page.tflite
	card packed pack "$sum" 'npm package @example/pack 1.2.3'
} >known/manifest.ini

# --- all is well
tool curl <<'END'
echo 'a network' >"$out"
END
tool npm <<'END'
[ "$1" = @example/pack@1.2.3 ] || exit 1
mkdir package && echo 'a network' >package/pack.tflite && tar -czf pack.tgz package && rm -r package && echo pack.tgz
END
for name in paged packed; do
	if timeout 60 "$program" model fetch --to to $name >out 2>err &&
		cmp -s network "to/$(echo $name | cut -c 1-4).tflite" && [ "$(ls -A to | wc -l)" -eq 1 ]; then
		note ok
	else
		note bad "$name: $(cat err)"; fi
	rm -r to
done

# --- without npm, curl or wget gets the same package from the registry that is named
mkdir bare
for program_of_system in sh sed head tail tar gzip mv rm mkdir sha256sum cat; do
	ln -s "$(command -v "$program_of_system")" bare/
done
for name in curl wget; do
	tool $name <<'END'
for address; do :; done
[ "$address" = https://registry.example.org/@example/pack/-/pack-1.2.3.tgz ] || exit 1
mkdir package && echo 'a network' >package/pack.tflite && tar -czf "$out" package && rm -r package
END
	mv tools/$name bare/
	if PATH="$work/bare" npm_config_registry=https://registry.example.org/ "$program" model fetch --to to packed \
		>out 2>err && cmp -s network to/pack.tflite; then note ok; else note bad "by $name: $(cat err)"; fi
	rm -rf to bare/$name
done
PATH="$work/bare" HOME="$work" "$program" -q model fetch --to to packed >out 2>err
grep -q 'but npm is not installed; install it: .*npm_config_registry' err && [ "$(grep -c . err)" -eq 1 ] && note ok ||
	note bad "without any tool: $(cat err)"
rm -rf to

# --- a full disk: the message names the file and the reason, whether the tool reports them or not
full='No space left|File too large'
tool curl <<'END'
head -c 1000000 /dev/zero >"$out" && exit 0
echo 'curl: (23) Failure writing output to destination' >&2
exit 23
END
tool npm <<'END'
head -c 1000000 /dev/zero >pack.tgz && exit 0
printf 'npm ERR! %s\n' 'code EFBIG' 'syscall write' 'errno -27' 'EFBIG: file too large, write' >&2
printf '\nnpm ERR! A complete log\n' >&2
exit 228
END
mkdir to
for name in paged packed; do
	{ (ulimit -f 0; "$program" -q model fetch --to to $name 2>&1; echo "exit $?"); } | cat >err
	if [ "$(grep -c . err)" -eq 2 ] && grep -Eq "model \"$name\".* to/pa.*($full).*--to" err &&
		grep -qx 'exit 3' err && [ -z "$(ls -A to)" ]; then note ok; else
		note bad "$name on a full disk: $(cat err), left: $(ls -A to)"; fi
done

# --- network errors, as the tools report them
tool curl <<'END'
echo 'curl: (6) Could not resolve host: example.org' >&2
exit 6
END
tool npm <<'END'
printf 'npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.example.org/pack\nnpm ERR! 404\n' >&2
exit 1
END
unknown='https://example.org/page.tflite.*Could not resolve host: example.org'
fails 3 "model \"paged\".*$unknown; try again.* to/page.tflite by hand" paged
fails 3 'model "packed".*@example/pack 1.2.3.*404 Not Found - GET .*; try again' packed
tool curl <<'END'
exit 1
END
fails 3 'model "paged".*curl ended with 1; try again' paged
tool curl <<'END'
echo 'another network' >"$out"
END
fails 3 'does not have the SHA-256 [0-9a-f]{64}; it is refused' paged
touch file
fails 3 'cannot make the folder file/to: Not a directory; choose another with --to' --to file/to paged

# --- a signal ends it at once, together with the tools, and nothing is left
tool curl <<'END'
head -c 1000 /dev/zero >"$out"
sleep 100 &
echo $$ $! >started.part && mv started.part started
wait
END
"$program" -q model fetch --to to paged >out 2>err &
pid=$!
while kill -0 $pid 2>/dev/null && ! [ -e started ]; do sleep 0.05; done
kill -s TERM $pid
wait $pid
code=$?
if [ $code -eq 1 ] && grep -q 'model "paged": stopped' err && [ "$(grep -c . err)" -eq 1 ] &&
	[ -z "$(ls -A to)" ]; then note ok; else
	note bad "ended by a signal: exit $code: $(cat err), left: $(ls -A to)"; fi
for child in $(cat started); do
	for _ in $(seq 1200); do kill -0 "$child" 2>/dev/null || break; sleep 0.05; done
	if kill -0 "$child" 2>/dev/null; then note bad 'the tool is still running'; kill "$child"; else note ok; fi
done

# --- a tool that ignores the signal, or whose child left the group and holds the pipe, does not keep it from ending
stopped_soon() {
	rm -f started
	"$program" -q model fetch --to to paged >out 2>err &
	pid=$!
	while kill -0 $pid 2>/dev/null && ! [ -e started ]; do sleep 0.05; done
	kill -s TERM $pid
	for _ in $(seq 1200); do kill -0 $pid 2>/dev/null || break; sleep 0.05; done
	if kill -0 $pid 2>/dev/null; then note bad "$1: it is still running"; kill -s KILL $pid; else note ok; fi
	wait $pid
	for child in $(cat started); do kill -s KILL "$child" 2>/dev/null; done
}
tool curl <<'END'
trap '' TERM
echo $$ >started.part && mv started.part started
while :; do echo still here; sleep 0.2; done
END
stopped_soon 'a tool that ignores the signal'
tool curl <<'END'
setsid sleep 100 &
echo $! >started.part && mv started.part started
wait
END
stopped_soon 'a tool with a child of its own group'
tool curl <<'END'
echo 'a network' >"$out"
setsid sleep 100 &
echo $! >started
END
if timeout 60 "$program" -q model fetch --to to paged >out 2>err && [ -e to/page.tflite ]; then note ok; else
	note bad "a tool that leaves a child behind: $(cat err)"
fi
kill "$(cat started)"

# --- nothing else is left
if [ -d data ]; then note bad "data: $(ls -A data)"; else note ok; fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
