#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: batch.sh PROGRAM
# Conversion of many files into a folder: all of them, under names of their own, and nothing half written.
set -u
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export XDG_CONFIG_HOME="$work/config"
cd "$work" || exit 1
failed=0

bad() {
	failed=1
	echo "FAIL: $*: $(cat err)" >&2
}

# expect CODE ARGS...: convert exits with CODE.
expect() {
	code=$1
	shift
	timeout 120 "$program" convert -b color:#3080c0 "$@" >out 2>err
	got=$?
	[ $got -eq "$code" ] || bad "convert $*: exit $got, expected $code"
}

says() {
	grep -Eq -- "$1" err || bad "it does not say $1"
}

holds() {
	found=$(ls -A "$1" | paste -s -d ' ')
	[ "$found" = "$2" ] || bad "$1 holds $found, not $2"
}

picture() {
	{ printf 'P6\n%d %d\n255\n' "$2" "$3"; yes "$4" | head -c $(($2 * $3 * 3)); } >"$1"
}

mkdir in
picture in/wide.ppm 64 40 a
picture in/tall.ppm 48 96 b
picture in/same.ppm 64 40 c
picture in/same.pnm 32 32 d
picture in/SAME.ppm 32 40 e

# --- each as it would be alone, whatever came before it; names that would meet get a number
for jobs in 1 3; do
	expect 0 in/wide.ppm in/tall.ppm in/same.ppm in/same.pnm in/SAME.ppm out$jobs/ --jobs $jobs
	says '5 files in .* -> out'
	[ "$(wc -l <err)" -eq 1 ] || bad 'not one line'
	LC_ALL=C holds out$jobs 'SAME-3.png same-2.png same.png tall.png wide.png'
	for pair in wide.ppm:wide same.ppm:same tall.ppm:tall same.pnm:same-2 SAME.ppm:SAME-3; do
		expect 0 -q "in/${pair%:*}" alone.png
		cmp -s alone.png "out$jobs/${pair#*:}.png" || bad "${pair%:*} differs from its own conversion"
	done
done
rm alone.png

# --- what is replaced is said, as for a single file; the others are new
rm out3/wide.png
expect 0 in/wide.ppm in/tall.ppm out3
says 'out3/tall.png existed, and was replaced'
[ "$(grep -c replaced err)" -eq 1 ] || bad 'not one file is replaced'

# --- a folder that exists, a single file, and a converted file as input: no input is overwritten
cp out1/wide.png in/wide.png
cp in/wide.png before.png
expect 0 in/wide.png in
cmp -s in/wide.png before.png || bad 'an input was overwritten'
[ -s in/wide-2.png ] || bad 'wide-2.png is missing'
rm in/wide.png in/wide-2.png before.png
cp out1/wide.png wall.png
expect 0 -b wall.png wall.png in/wide.ppm .
[ -s wall-2.png ] && [ -s wide.png ] || bad 'the backdrop was overwritten'
rm wall.png wall-2.png wide.png

# --- a bad file stops no other, and is named at the end
echo 'no picture' >in/bad.jpg
expect 3 in/wide.ppm in/bad.jpg in/absent.png in/tall.ppm out4/ --jobs 2
says 'bad.jpg: not a picture or video'
says 'absent.png: '
says '2 of 4 files were not converted, or not wholly: in/bad.jpg, in/absent.png$'
[ "$(grep -c error err)" -eq 3 ] || bad 'not three lines of errors'
holds out4 'tall.png wide.png'

# --- mistakes: one line, and nothing is made
expect 2 in/wide.ppm in/tall.ppm absent
says '"absent" is not a folder; to make it, write "absent/"'
expect 2 in/wide.ppm in/tall.ppm in/same.ppm
expect 6 in/wide.ppm in/tall.ppm absent/absent/
says 'make its directory first'
expect 3 -b absent.jpg in/wide.ppm in/tall.ppm out5/ --jobs 2
[ "$(wc -l <err)" -eq 1 ] || bad 'a bad backdrop takes more than one line'
expect 3 -m absent in/wide.ppm in/tall.ppm out5/
expect 3 in/bad.jpg in/absent.png out5/
expect 2 --jobs 65 in/wide.ppm in/tall.ppm out5/
expect 2 -b slideshow:out3 in/wide.ppm in/tall.ppm out3/
[ ! -e out5 ] || bad 'a folder is made for nothing'

# --- films and pictures; a signal to the first process ends all, and what is there is whole
expect 0 -q presenter film.mkv -s 160x90 --frames 60
for i in 1 2 3 4 5 6; do cp film.mkv "in/film$i.mkv"; done
expect 0 -q in/film1.mkv in/wide.ppm films/ --frames 3
holds films 'film1.mkv wide.png'
"$program" convert -q in/film*.mkv many/ --jobs 2 >out 2>err &
pid=$!
until [ -s many/film1.mkv ] || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -s INT $pid
wait $pid
code=$?
[ $code -eq 1 ] || [ $code -eq 0 ] || bad "after SIGINT: exit $code"
for file in $(find many -type f); do
	"$program" convert -q "$file" hash >out 2>err
	[ "$(wc -l <out)" -eq 61 ] || bad "$file is not whole"
	[ "$(dirname "$file")/film" = "${file%?.mkv}" ] || bad "$file was left"
done

# --- a process that is killed takes only its own file along
"$program" convert -b color:#3080c0 --jobs 1 \
	presenter in/wide.ppm in/tall.ppm dead/ --frames 1000 -s 160x90 >out 2>err &
pid=$!
until [ -n "$(ls -A dead 2>/dev/null)" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
kill -s KILL "$(cut -d ' ' -f 1 "/proc/$pid/task/$pid/children")"
wait $pid
code=$?
[ $code -eq 1 ] || bad "a process was killed: exit $code"
says 'presenter: the process that was converting it was ended by signal 9'
says '1 of 3 files were not converted, or not wholly: presenter$'
[ -s dead/wide.png ] && [ -s dead/tall.png ] || bad 'the other files are missing'

exit $failed
