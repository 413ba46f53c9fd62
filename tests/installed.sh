#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: installed.sh PROGRAM BUILD OTHER_MODULE PREFIX PICTURES
# The program as `make install` leaves it, and `make uninstall`; without its module for files, and with the module of
# another build. PICTURES: true if the program reads and writes PNG and JPEG without it.
set -u
program=$(realpath "$1")
build=$(realpath "$2")
other=$(realpath "$3")
prefix=$4
pictures=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
timeout() { command timeout --foreground "$@"; }	# in our process group, so that whatever ends us ends it
export XDG_CONFIG_HOME="$work/config"
export PIPEWIRE_RUNTIME_DIR="$work"
mkdir "$work/alone" "$work/here"
cd "$work/here" || exit 1
failed=0

bad() {
	echo "FAIL: $*" >&2
	failed=1
}

# refuses PATTERN ARGS...: it exits with 3, one line on stderr that matches PATTERN, and leaves no file.
refuses() {
	pattern=$1
	shift
	timeout 60 "$work/alone/potemkin" "$@" >"$work/out" 2>"$work/err"
	code=$?
	[ $code -eq 3 ] || bad "$*: exit $code: $(cat "$work/err")"
	[ "$(grep -c . "$work/err")" -eq 1 ] && grep -Eq "$pattern" "$work/err" ||
		bad "$*: \"$(cat "$work/err")\" is not one line with $pattern"
	[ -z "$(ls -A)" ] || { bad "$*: left $(ls -A)"; rm -f ./* ./.[!.]*; }
}

# runs PROGRAM ARGS...: it exits with 0.
runs() {
	timeout 120 "$@" >"$work/out" 2>"$work/err" || bad "$*: $(cat "$work/err")"
}

# --- as installed: it reads and writes a picture and a video
if ! DESTDIR= meson install -C "$build" --no-rebuild --quiet --destdir "$work/root" >"$work/out" 2>&1; then
	bad "meson install: $(tail -n 3 "$work/out")"
fi
installed=$work/root$prefix/bin/potemkin
runs "$installed" convert presenter "$work/film.mkv" --frames 3 -s 160x90
runs "$installed" mask "$work/film.mkv" "$work/mask.mkv"
printf 'P6\n32 24\n255\n' >"$work/wall.ppm"
head -c 2304 /dev/zero | tr '\0' x >>"$work/wall.ppm"
runs "$installed" convert "$work/wall.ppm" "$work/wall.png" -b green
[ -s "$work/wall.png" ] && [ -s "$work/mask.mkv" ] || bad 'the installed program wrote nothing'

# --- it finds the models that were installed with it, looks in no build tree, and names none
(unset POTEMKIN_MODELS && runs "$installed" -q convert presenter hash --frames 1 -s 160x90)
mkdir "$work/lone" && cp "$installed" "$work/lone/potemkin"
(unset POTEMKIN_MODELS && XDG_DATA_HOME="$work/none" "$work/lone/potemkin" convert presenter hash --frames 1) \
	>"$work/out" 2>"$work/err"
grep -q 'model "selfie.*" was not found in ' "$work/err" || bad "another place's models were used: $(cat "$work/err")"
source=$(realpath "$(dirname "$0")/..")
if ! grep -q gcda "$installed"; then	# a profiler's files are named by the folder of the build
	told=$(grep -rlF -e "$source/" -e "$build/" "$work/root")
	[ -z "$told" ] || bad "these name the folder of their build: $told"
fi

# --- programs look for frei0r filters in lib and lib64 alone; the filter finds the library from there
filter=$(find "$work/root" -path '*/frei0r-1/potemkin.so')
case ${filter#"$work/root$prefix/"} in
'' | lib/frei0r-1/* | lib64/frei0r-1/*) ;;
*) bad "no program looks for the frei0r filter in ${filter%/*}" ;;
esac
[ -z "$filter" ] || [ "$prefix" = /usr ] ||
	env -u LD_LIBRARY_PATH ldd "$filter" | grep -qF "libpotemkin.so.0 => $work/root" ||
	bad "$filter does not find the library that was installed with it"

# --- without the module, everything but films and unusual pictures works; one in the working directory or on the search
# path is not used
cp "$program" "$work/alone/potemkin"
module=$(find "$work/root" -name potemkin-media.so)
runs "$work/alone/potemkin" -c presenter -o null --frames 2 -s 160x90
"$work/alone/potemkin" bench --sizes 160x90 --frames 2 --input-format yuyv >"$work/out" 2>"$work/err" ||
	grep -q 'has no benchmark' "$work/err" || bad "bench: $(cat "$work/err")"
"$work/alone/potemkin" doctor >"$work/out"
grep -q 'hint   files: .*potemkin-media.so is missing' "$work/out" ||
	bad "doctor does not report the missing module: $(cat "$work/out")"
"$installed" doctor >"$work/out"
grep -q 'good   files: ' "$work/out" || bad "doctor reports the installed module as missing: $(cat "$work/out")"
text=$(find "$work/root" -name potemkin-text.so)
[ -z "$text" ] || runs "$installed" convert "$work/wall.ppm" "$work/tag.png" -b green --caption 'Jane Doe'
export LD_LIBRARY_PATH="${module%/*}"
refuses 'needs the module potemkin-text.so, which is neither /.*alone/potemkin-text.so nor /.*; install .*-Dcaption' \
	-c presenter -o null --frames 1 --caption 'Jane Doe'
if [ "$pictures" = true ]; then
	"$work/alone/potemkin" doctor >"$work/out"
	grep -Eq 'hint   files: .*PNG(,| and) JPEG' "$work/out" ||
		bad "doctor does not tell which pictures work without the module: $(cat "$work/out")"
	runs "$work/alone/potemkin" convert "$work/wall.png" "$work/again.png" -b "$work/wall.png"
	[ -s "$work/again.png" ] || bad 'nothing was written without the module'
fi
for way in "convert presenter a.mkv" "convert $work/film.mkv a.mkv" "convert $work/wall.ppm a.png" \
	"mask $work/film.mkv a.mkv" "-c file:$work/film.mkv -o null" "-c presenter -o file:a.mkv --frames 1" \
	"-c presenter -o null --frames 1 -b $work/wall.ppm"; do
	# shellcheck disable=SC2086
	refuses 'need the module potemkin-media.so, which is neither /.*alone/potemkin-media.so nor /.*; install it' \
		$way
done
(cd "${module%/*}" && timeout 60 "$work/alone/potemkin" convert presenter "$work/here/a.mkv" --frames 1) 2>/dev/null
[ $? -eq 3 ] || bad 'a module in the working directory was used'
unset LD_LIBRARY_PATH

# --- beside the program: a module of another build, and a file that is no module
cp "$other" "$work/alone/potemkin-media.so"
refuses 'belongs to another build' convert presenter a.mkv
echo 'no shared object' >"$work/alone/potemkin-media.so"
refuses 'cannot be loaded: .*alone/potemkin-media.so' convert presenter a.mkv
rm "$work/alone/potemkin-media.so"

# --- removed again: nothing is left but folders that others share
"$(dirname "$0")/../tools/uninstall" "$build" "$work/root" || bad 'tools/uninstall failed'
left=$(find "$work/root" -type f -o -type l -o -name 'potemkin*')
[ -z "$left" ] || bad "tools/uninstall left $left"

[ $failed -eq 0 ] && echo 'installed, without the module, and with a wrong one: all as expected'
exit $failed
