#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: cli.sh PROGRAM
# Calls the program as a user does: exit codes, one clear line for each mistake, and nothing left behind.
set -u
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
timeout() { command timeout --foreground "$@"; }	# in our process group, so that whatever ends us ends it
export XDG_CONFIG_HOME="$work/config"
export PIPEWIRE_RUNTIME_DIR="$work"	# no daemon, even if one runs on this machine; tests/pipewire starts its own
cd "$work" || exit 1
failed=0
passed=0

note() {
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL: $2" >&2; fi
}

# expect CODE PATTERN ARGS...: it exits with CODE, one line on stderr that matches PATTERN, and nothing on stdout.
expect() {
	code=$1 pattern=$2
	shift 2
	timeout 60 "$program" "$@" >out 2>err
	got=$?
	if [ $got -ne "$code" ]; then note bad "$*: exit $got, expected $code: $(cat err)"
	elif [ "$(grep -c . err)" -ne 1 ]; then note bad "$*: not one line: $(cat err)"
	elif ! grep -Eq -- "$pattern" err; then note bad "$*: \"$(cat err)\" does not say $pattern"
	elif [ -s out ]; then note bad "$*: printed to stdout: $(head -c 200 out)"
	else note ok; fi
}

# runs ARGS...: it exits with 0.
runs() {
	if timeout 120 "$program" "$@" >out 2>err; then note ok; else note bad "$*: exit $?: $(cat err)"; fi
}

# until_it_answers PID: wait until the process is the program, no longer this shell, and catches SIGINT; or has ended.
until_it_answers() {
	while kill -0 "$1" 2>err2 && ! awk '/^Name:.potemkin/ { named = 1 } /^SigCgt:.*[2367abef]$/ { caught = 1 }
		END { exit !(named && caught) }' "/proc/$1/status"
	do :; done
}

present() {
	if [ -s "$1" ]; then note ok; else note bad "$1 is missing or empty"; fi
}

says() {
	if grep -Eq -- "$1" out; then note ok; else note bad "stdout does not say $1: $(head -c 300 out)"; fi
}

# --- usage errors: 2
expect 2 'no option --colour' --colour
expect 2 'no option -Z; see potemkin --help' -Z
expect 2 'no option --smoth=40; did you mean --smooth\?' --smoth=40
expect 2 'no option --verison; did you mean --version\?' --verison
expect 2 'no option --out; did you mean --output\?' --out null
expect 2 'no option --background; did you mean --backdrop\?' --background office
expect 2 'no option --json=yes; did you mean --json\?' list --json=yes
expect 2 'no option --xyz; see potemkin --help' --xyz
expect 2 'no option --fpss; did you mean --fps\?' --fpss
expect 2 '--size needs a value' run --size
expect 2 'no command "explode"; see potemkin --help' explode
expect 2 'no command "pause"; did you mean ctl pause\?' pause
expect 2 'no command "stauts"; did you mean status\?' stauts
expect 2 'too few arguments; usage: potemkin convert' convert a.mp4
expect 2 'several files are converted into a folder, but "c" is not a folder; to make it, write "c/"' convert a b c
expect 2 'too many arguments, from "c" on; usage: potemkin mask' mask a b c
expect 2 'too many arguments, from "presenter" on; usage: potemkin run' run presenter
expect 2 'a switch has its value behind "=": --mirror=yes' --mirror yes
expect 2 ': --auto-frame=left' --auto-frame left
expect 2 ': --auto-frame=Wide' convert --auto-frame=auto --auto-frame Wide a.png b.png
expect 3 'there is no such file.*did you mean builtin:office' -b office -c presenter -o null --frames 1
expect 3 'there is no such file.*did you mean color:black' -b black -c presenter -o null --frames 1
expect 3 'there is no such colour; did you mean color:green\?' -b color:ngreen -c presenter -o null --frames 1
expect 3 'there is no such file; did you mean blur:30\?' -b bluur:30 -c presenter -o null --frames 1
expect 3 'there is no such file.*potemkin list backdrops' -b away -c /dev/video77 -o null --frames 1
expect 2 '"720" is no command; a value is one word: --size WxH' --size 1280 720 -c presenter
expect 2 '"60" is no command; a value is one word: --backdrop SPEC' -c presenter -b blur 60
expect 2 '--backdrop needs a value, and "-c" was taken for it' -b -c presenter
expect 2 'no option -x; see potemkin --help; behind "--", words may begin with "-"' convert presenter -x.mkv
expect 2 'only to run and bench; behind "--", words may begin with "-"' convert presenter -o3.mp4
expect 2 'only to run and bench$' convert presenter -o 3.mp4
expect 3 'no such file; behind "--", words may begin with "-"; check' convert -beach.jpg rest.jpg many/
expect 2 'not known; did you mean file:3.mp4\?$' -c presenter -o3.mp4
expect 2 'no command "720"' 720 --size 64x48
expect 2 'an argument is empty' convert '' out.mp4
expect 2 '--control-group "": it is empty; give GROUP or none' --control-group=
expect 2 '--from "": it is empty; give TIME' convert --from '' a.mp4 b.mp4
expect 2 '--root "": it is empty; give FOLDER' setup-loopback --root=	# which would be this machine
expect 2 'usage: potemkin mask' mask
expect 2 '--size "12": ' -s 12
expect 2 '--fps "0"' -r 0
expect 2 '--format "DIVX"' -f DIVX
expect 2 '--output-format "MJPG"' --output-format MJPG
expect 2 '--threads "-1"' --threads=-1
expect 2 '--refine "magic"' --refine magic
expect 2 '--smooth "101"' --smooth 101
expect 2 '--feather "65"' --feather 65
expect 2 '--threshold "nan"' --threshold nan
expect 2 '--fit "zoom"' --fit zoom
expect 2 '--duration "0"' --duration 0
expect 2 '--frames "x"' --frames x
expect 2 '--show-room' -b none -c presenter -o null
expect 2 'list "dogs"' list dogs
expect 2 '--mirror does not apply to potemkin list, only to run, convert, mask, bench and demo' list --mirror
expect 2 '--dry-run does not apply to potemkin run, only to setup-loopback' --dry-run -c presenter -o null --frames 1
expect 2 '--camera does not apply to potemkin convert, only to run and bench' convert -c presenter a.mp4 b.mp4
expect 2 '--size does not apply to potemkin list' list -s 64x48
expect 2 '--json does not apply to potemkin run, only to list, model, bench, doctor and status' --json
expect 2 '--to does not apply to potemkin doctor, only to convert, mask and model' doctor --to .
expect 2 '--size does not apply to potemkin list' list --size 3x3	# and its value does not matter
expect 2 '--backdrop does not apply to potemkin doctor' --config nowhere.conf doctor -b x
expect 2 'no command "explode"' explode --size 3x3
expect 3 '--backdrop "-": a backdrop cannot come through a pipe; give the path' convert -b - a.png b.png
expect 3 '--overlay "-": an overlay cannot come through a pipe; name a picture' convert --overlay - a.png b.png
for how in off auto no; do
	expect 2 '--sandbox means nothing to potemkin doctor unless it is on' doctor --sandbox=$how
done
expect 2 '--to means nothing to potemkin model info' model info selfie --to .
expect 2 '--json means nothing to potemkin model check' model check selfie --json
expect 2 '--backdrop-folder means nothing to this list' list cameras --backdrop-folder .
for nowhere in null hash; do for option in '--quality 90' '--codec h265' '--audio copy' --cover; do
	expect 2 "^potemkin: error: ${option%% *} means nothing to $nowhere: nothing is written" \
		convert presenter $nowhere $option -s 64x48 --frames 1
done; done
expect 2 'camera|presenter' -c webcam -o null --frames 1
expect 2 'output' -c presenter -o nowhere --frames 1
expect 2 '--camera "presentr:7": not known; did you mean presenter:7\?' -c presentr:7 -o null --frames 1
expect 3 'model "selfi" is not known; did you mean selfie\?' -m selfi -c presenter -o null --frames 1
expect 2 '--output "nul": not known; did you mean null\?' -c presenter -o nul --frames 1
expect 2 'seed|presenter' -c presenter:x -o null --frames 1
expect 2 '--camera "file:": which file' -c file: -o null --frames 1
expect 2 '--output "file:": which file' -c presenter -o file: --frames 1
expect 2 '--output "": which file' -c presenter -o '' --frames 1
expect 2 'the same file' -c presenter -o file:a.mkv -o file:./a.mkv --frames 1
# what is no file has one reason, wherever it is named
ln -s away gone.mp4
ln -s round.mp4 round.mp4
for named in 'absent.mp4:there is no such file' 'gone.mp4:a link to a file that is not there' \
	'round.mp4:a link that leads back to itself' 'bad.png/a.mp4:its path leads through what is no folder' \
	'http\://host/a.mp4:an address, and nothing is fetched from one; save it'; do
	name=$(echo "${named%:*}" | tr -d '\\') why=${named##*:}
	: >bad.png
	expect 3 "$name\"?: $why" convert "$name" new.mp4
	expect 3 "$name\"?: $why" mask "$name" new.mkv
	expect 3 "$name\"?: $why" -c "file:$name" -o null
	expect 3 "$name\"?: $why" -b "$name" -c presenter -o null --frames 1
	expect 3 "$name\"?: $why" --overlay="$name" -c presenter -o null --frames 1
done
rm gone.mp4 round.mp4 bad.png
expect 3 '^potemkin: error: ~/a.mp4: no folder is called "~" here; write your home' convert '~/a.mp4' new.mp4
HOME="$work" expect 3 "overlay \"$work/absent.png\": there is" --overlay='~/absent.png' -c presenter -o null
HOME="$work" expect 3 "$work/absent.mkv: there is no such file" -c 'file:~/absent.mkv' -o null
long=$(printf %01000d 0 | tr 0 x)
for slip in "--smooth=$long" "--camera=$long" "--backdrop=$long" "--overlay=$long" "--keep-out=$long" "--$long" \
	"$long" "--profile=$long" "--model=$long" "--output=$long" "--caption-place=$long"; do
	timeout 60 "$program" -c presenter -o null --frames 1 "$slip" >out 2>err
	if [ $? -ge 2 ] && [ "$(wc -c <err)" -lt 450 ] && grep -q 'xxxx\.\.\.' err; then note ok; else
		note bad "a long value is not cut: $(head -c 600 err)"; fi
done
longer=$(printf %0300d 0)
for command in convert mask; do
	expect 6 '^.{1,300}0\.\.\.: cannot be created: the name is too long for a file; choose a shorter name$' \
		$command presenter "$longer.mkv" --frames 1 -s 64x48
done
mkdir -p slides/none
expect 3 'there is no picture in the folder "slides/none"' -b slideshow:slides/none -c presenter -o null --frames 1
expect 3 'no folder "slides/away"; check the path, or' -b slideshow:slides/away:5 -c presenter -o null --frames 1
expect 3 '--backdrop "slides": a folder; did you mean slideshow:slides\?' -b slides -c presenter -o null --frames 1
expect 3 'slides: a folder; name a file inside it' -c file:slides -o null --frames 1
expect 3 'slides: a folder; name a file inside it' -c presenter --overlay slides -o null --frames 1
expect 3 'slides: a folder; name a file inside it' mask slides out.png
expect 2 'slides is a folder; name a file inside it, as in slides/mask.mkv' mask presenter slides --frames 1
expect 2 'slides/ is a folder; name a file inside it, as in slides/mask.mkv' mask presenter slides/ --frames 1
expect 3 'slides is a folder; .* name the files, as in slides/\* FOLDER/' convert slides out.png
expect 3 'slides/ is a folder; .* name the files, as in slides/\* FOLDER/' convert slides/ out.png
expect 3 'there is no folder "slides/away"' -b daylight:slides/away -c presenter -o null --frames 1
expect 3 '1 to 86400 seconds' -b slideshow:slides:0 -c presenter -o null --frames 1
expect 3 '--backdrop "": which picture' -c presenter -b '' -o null --frames 1
expect 2 '--duration "0.0001": give none, or a number of seconds from 0.001 up' --duration 0.0001
expect 2 'extension|ends? in|\.mp4' -c presenter -o file:out.gif --frames 1

# --- bad model, backdrop or input: 3
echo 'no picture' >bad.png
: >empty.mp4
head -c 5000 /dev/zero >zero.tflite
expect 3 'bad.png' -c presenter -b bad.png -o null --frames 1
echo '<svg width="9" height="9"></svg>' >drawing.png
echo '<!DOCTYPE html><title>not found</title>' >page.jpg
expect 3 'drawing.png: an SVG drawing, .*; convert it first: rsvg' -c presenter -b drawing.png -o null --frames 1
expect 3 'page.jpg: a web page, .*; open it in a browser' -c file:page.jpg -o null --frames 1
expect 3 'drawing.png: an SVG drawing' convert drawing.png out.png
expect 3 'page.jpg: a web page' mask page.jpg out.png
expect 3 'absent.png' -c presenter -b absent.png -o null --frames 1
expect 3 'builtin:cellar' -c presenter -b builtin:cellar -o null --frames 1
expect 3 'color' -c presenter -b color:reed -o null --frames 1
expect 3 '--overlay "absent.png": there is no such file; name a' -c presenter --overlay absent.png -o null --frames 1
expect 3 'bad.png' -c presenter --overlay bad.png -o null --frames 1
expect 2 'it is not valid UTF-8' -c presenter --caption "$(printf 'J\374rgen')" -o null --frames 1
expect 2 '--overlay-place "middle": give top-left, ' -c presenter --overlay-place middle -o null --frames 1
expect 3 'zero.tflite' -c presenter -m ./zero.tflite -o null --frames 1
expect 3 'absent.tflite' -c presenter -m ./absent.tflite -o null --frames 1
expect 3 'gpt' -c presenter -m gpt -o null --frames 1
expect 3 'absent.mp4' convert absent.mp4 out.mp4
expect 3 'empty.mp4' convert empty.mp4 out.mp4
expect 3 'bad.png' mask bad.png out.png
(printf 'P4\n9000 9000\n'; head -c 10125000 /dev/zero) >large.pbm
expect 3 'large.pbm: .*larger than 8192 pixels a side' convert large.pbm out.png
rm large.pbm
expect 3 'absent.mp4' -c file:absent.mp4 -o null
expect 3 'absent.conf' --config absent.conf -c presenter -o null --frames 1

# --- no camera: 5, no output: 6
expect 5 '/dev/video77' -c /dev/video77 -o null --frames 1
expect 5 'not a camera|camera' -c /dev/null -o null --frames 1
expect 6 '/dev/video77' -c presenter -o /dev/video77 --frames 1
expect 6 'virtual camera' -c presenter -o /dev/null --frames 1
expect 6 'PipeWire' -c presenter -o pipewire --frames 1
for pipe in - file:- /dev/stdout file:/dev/stdout; do
	expect 2 'is a pipe; .*potemkin convert - -' -c presenter -o $pipe --frames 1
done
expect 2 'is a pipe; .*potemkin convert - -' -c - -o null --frames 1
expect 6 'absent' -c presenter -o file:absent/out.mp4 --frames 1
# mistakes are told before what another instance has
mkdir -p runtime/potemkin
: >taken.mkv
(
	flock 9
	export XDG_RUNTIME_DIR="$work/runtime"
	expect 4 'already running' -c presenter
	expect 2 '--camera "webcam": not known; use auto' -c webcam
	expect 2 'did you mean file:talk.mkv\?' -c talk.mkv -o auto
	expect 2 'is a pipe; .*potemkin convert - -' -c -
	expect 2 '--output "screen": not known; use auto' -c presenter -o auto -o screen
	expect 2 'is a pipe; .*potemkin convert - -' -c presenter -o auto -o -
	expect 2 'the same file' -c presenter -o auto -o file:a.mkv -o file:./a.mkv
	expect 2 'would be overwritten' -c file:taken.mkv -o auto -o file:taken.mkv
	exit $failed
) 9>runtime/potemkin/lock
failed=$?
rm -r runtime taken.mkv
if ! ls /dev/video* >/dev/null 2>&1; then
	expect 5 'no camera' -o null
	expect 6 'v4l2loopback' -c presenter
	# without outputs, too, a camera that was asked for is told
	expect 2 '--camera "nosuch": not known' run -c nosuch
	expect 5 '/dev/video9: ' run -c /dev/video9
	expect 3 'absent.mkv' run -c file:absent.mkv
fi

# --- a slip in what is asked of a running potemkin is told first, where none runs; unset: it cannot even be reached
mkdir -m 700 nothing_runs
for runtime in "$work/nothing_runs" ''; do
	export XDG_RUNTIME_DIR="$runtime"
	expect 2 'no command "dance"; `potemkin ctl --help` lists them' ctl dance
	expect 2 'no command "smooth"; did you mean set smooth\?' ctl smooth 40
	expect 2 'no command "stauts"; did you mean status\?' ctl stauts
	expect 2 'usage: potemkin ctl set NAME VALUE' ctl set smooth
	expect 2 'usage: potemkin ctl profile NAME' ctl profile
	expect 2 'usage: potemkin ctl subscribe' ctl subscribe all
	expect 2 'usage: potemkin ctl status' ctl status all
	expect 2 'no setting "smoth"; did you mean smooth\?' ctl set smoth 3
	expect 2 'no setting "smoth"; did you mean smooth\?' ctl get smoth
	expect 2 'smooth "400": give a number from 0 to 100' ctl set smooth 400
	expect 2 'smooth takes one value, not 2' ctl set smooth 1 2
	expect 2 'smooth is no list; use set' ctl add smooth 3
	expect 2 'keep-out "9,9": ' ctl set keep-out none 9,9
	expect 2 'size cannot change while potemkin runs' ctl set size 64x48
	expect 2 'camera "webcam": not known; use auto' ctl camera webcam
	expect 2 'auto-frame "up": give off, auto' ctl frame up
	expect 2 'a.jpg: a snapshot is a PNG' ctl snapshot a.jpg
	expect 3 'backdrop "builtin:dsk": .* did you mean builtin:dusk\?' ctl backdrop builtin:dsk
	expect 6 'no potemkin is running|XDG_RUNTIME_DIR is not set' ctl set caption ''
	for request in pause 'set smooth 40' 'set keep-out none 0,0,9x9' 'add keep-out 0,0,9x9' 'profile none' \
		'backdrop builtin:dusk' 'snapshot a.png' status next; do
		expect 6 'no potemkin is running|XDG_RUNTIME_DIR is not set' ctl $request
	done
done
unset XDG_RUNTIME_DIR
rmdir nothing_runs

# --- configuration file
mkdir -p config/potemkin
echo 'colour = red' >config/potemkin/potemkin.conf
timeout 60 "$program" -c presenter -o null --frames 1 >out 2>err
if [ $? -eq 2 ] && grep -q 'potemkin.conf: line 1: "colour" is not a setting' err && [ "$(wc -l <err)" -eq 1 ]; then
	note ok
else
	note bad "config: $(cat err)"
fi
printf 'colour = red\nsize = 160x90\nfps = 0\n' >config/potemkin/potemkin.conf
expect 2 'potemkin.conf: line 1: "colour"' -c presenter -o null --frames 1
printf 'fps = 0\n' >config/potemkin/potemkin.conf
expect 2 'potemkin.conf: line 1: fps "0"' -c presenter -o null --frames 1
printf 'fps\n' >config/potemkin/potemkin.conf
expect 2 'potemkin.conf: line 1 is not' -c presenter -o null --frames 1
long=$(printf %0500d 0)
printf '# %s\nsize = 160x90\n' "$long" >config/potemkin/potemkin.conf
runs -c presenter -o null --frames 1
printf '\nbackdrop = "color:#3080c0" ; %s\nsize = "160x90\n' "$long" >config/potemkin/potemkin.conf
expect 2 'potemkin.conf: line 3 has a quote that does not end' -c presenter -o null --frames 1
# a file as people write it
printf '[mine]\n  camera = presenter\n\n\tsize = 160x90\n  # drawn\r\n output = hash\n' >config/potemkin/potemkin.conf
runs --frames 1
says '^total '
printf 'size = 160x90\n\n  fps\n' >config/potemkin/potemkin.conf
expect 2 'potemkin.conf: line 3 is not' -c presenter -o null --frames 1
runs --config /dev/null -c presenter -o null --frames 1 -s 160x90
: >config/potemkin/potemkin.conf	# an empty file
runs -c presenter -o null --frames 1 -s 160x90
expect 2 '--config "": it is empty; give FILE' --config '' -c presenter -o null --frames 1
expect 3 'not a file' --config . -c presenter -o null --frames 1
expect 3 '"no.conf": there is no such file; name another with --config' --config no.conf -c presenter -o null
printf 'size = 64x48\n\0fps = 0\n' >binary.conf	# like a film or a picture, whatever its first line says
expect 3 '"binary.conf": not a text file; name another with --config' --config binary.conf -c presenter -o null
rm binary.conf
head -c 2000000 /dev/zero | tr '\0' '#' >large.conf
expect 3 '"large.conf": larger than 1 MiB, which is the most; name' --config large.conf -c presenter -o null
rm large.conf
rm config/potemkin/potemkin.conf
ln -s potemkin.conf config/potemkin/potemkin.conf	# there may be a file, which must not be passed over in silence
for command in '-c presenter -o null' 'convert presenter null' 'mask presenter mask.mkv'; do
	expect 3 'potemkin/potemkin.conf": a link that leads back to itself; name' $command --frames 1
done
"$program" doctor >out 2>err
code=$?
if [ $code -eq 3 ] && grep -q 'FAULT  configuration: ' out; then note ok; else note bad "doctor, no file: $code"; fi
rm config/potemkin/potemkin.conf
# what is found wrong only when it is used is told with its line, too
says_line() {
	code=$1 setting=$2 pattern=$3
	shift 3
	printf '# mine\n\n%s\n' "$setting" >config/potemkin/potemkin.conf
	expect "$code" "potemkin.conf: line 3: $pattern" "$@" --frames 1 -s 160x90
}
says_line 3 'model = absent.tflite' 'model: absent.tflite: there is no such file' -c presenter -o null
says_line 3 'model = ./zero.tflite' 'model: ./zero.tflite: not a known model' convert presenter null
says_line 3 'model = gpt' 'model "gpt" is not known' mask presenter a.mkv
says_line 3 'backdrop = absent.png' 'backdrop "absent.png": there is no such file' -c presenter -o null
says_line 3 'backdrop = bad.png' 'backdrop: bad.png: not a picture' -c presenter -o null
says_line 3 'backdrop = slideshow:absent:5' 'backdrop "slideshow:absent:5": there is no folder' -c presenter -o null
says_line 3 'overlay = bad.png' 'overlay: bad.png: not a picture' -c presenter -o null
says_line 5 'camera = /dev/video77' 'camera: /dev/video77: no such device' -o null
says_line 3 'camera = file:absent.mkv' 'camera: absent.mkv: ' -o null
says_line 5 'camera = pipewire:mine' 'camera "pipewire": ' -o null
says_line 6 'output = /dev/video77' 'output: /dev/video77: no such device' -c presenter
says_line 6 'output = file:absent/out.mp4' 'output: absent/out.mp4: cannot be created' -c presenter
says_line 2 'output = file:out.gif' 'output: out.gif: ' -c presenter
says_line 2 'cpu = mmx' 'cpu "mmx": there is no such level' -c presenter -o null
for warned in 'backdrop-folder = absent' 'control-group = absent_group' 'keep-out = 500,500,9x9'; do
	echo "$warned" >config/potemkin/potemkin.conf
	runs -c presenter -o null --frames 1 -s 160x90
	if grep -Eq "warning: configuration file .*potemkin.conf: line 1: ${warned%% *}" err; then note ok; else
		note bad "$warned: $(cat err)"; fi
done
echo 'model = gpt' >config/potemkin/potemkin.conf	# the command line's own mistakes are not the file's
expect 3 '^potemkin: error: model "gpt" is not known' -m gpt -c presenter -o null --frames 1
echo 'control-group = video' >config/potemkin/potemkin.conf	# a word of the remedy, too
expect 3 '^potemkin: error: absent.mkv: ' -c file:absent.mkv -o null --frames 1
echo 'model = gpt' >config/potemkin/potemkin.conf
expect 3 '"message":"configuration file .* line 1: model ..gpt.. is not known' --log-json -c presenter -o null
printf 'backdrop = none\nshow-room = yes\n' >config/potemkin/potemkin.conf
runs -c presenter -o null --frames 1 -s 160x90
tells_room() {
	if [ "$(grep -c 'warning: .*backdrop none shows the room, because the configuration' err)" -eq "$1" ]; then
		note ok
	else note bad "showing the room is to be told $1 times: $(cat err)"; fi
}
tells_room 1
runs convert presenter null --frames 1 -s 160x90 -b none
tells_room 1
runs convert presenter null --frames 1 -s 160x90 --show-room
tells_room 0
runs mask presenter mask.mkv --frames 1 -s 160x90
tells_room 0
rm mask.mkv
expect 2 '--show-room' -c presenter -o null --frames 1 --show-room=no
printf 'camera = presenter\noutput = hash\nsize = 160x90\nbackdrop = color:#3080c0\n' >config/potemkin/potemkin.conf
runs --frames 2 -q
says '^total [0-9a-f]{64}$'
runs list backdrops	# the file may hold settings that do not apply to the command
runs --frames 1 -q -o null
if [ -s out ]; then note bad "the file's output was used beside the command line's"; else note ok; fi
rm -r config

# --- help, version, list
runs --help
for word in --camera --output --backdrop --model convert mask bench 'exit:'; do says "$word"; done
for topic in '' all run convert mask bench list model; do
	timeout 60 "$program" help $topic >out2 2>err
	if [ -s out2 ] && [ "$(wc -L <out2)" -le 80 ]; then note ok; else note bad "help $topic: $(cat err)"; fi
done
("$program" list settings; echo $? >status) 2>err | true
if [ "$(cat status)" -eq 0 ] && [ ! -s err ]; then note ok; else note bad "a reader that left: $(cat err status)"; fi
rm status
timeout 60 "$program" help >out2 2>err
if cmp -s out out2; then note ok; else note bad "help is not --help: $(cat err)"; fi
rm -f out2
runs version
says '^potemkin [0-9]+\.[0-9]+'
runs --version
says '^potemkin [0-9]+\.[0-9]+'
runs list
says 'presenter'
runs list backdrops --json
says '"builtin:office"'
runs model list
says 'selfie-landscape'
if grep bodypix out | grep -q 'potemkin model fetch'; then
	note bad 'model list offers to fetch a model without an address'
else note ok; fi

# --- a damaged manifest
mkdir broken
printf '[a]\nnonsense\n' >broken/manifest.ini
models=${POTEMKIN_MODELS-}
export POTEMKIN_MODELS=broken
for command in 'model list' 'model list --json' 'list models' 'model info selfie' 'model fetch' \
	'-c presenter -o null --frames 1'; do
	expect 3 'broken/manifest.ini:2: .*; fix the file or remove it' $command
done
timeout 60 "$program" list >out 2>err
if [ $? -eq 3 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q builtin:office out && ! grep -q models: out; then note ok; else
	note bad "list without models: $(cat err)"
fi
timeout 60 "$program" list --json >out 2>err
if [ $? -eq 3 ] && grep -q builtin:office out && ! grep -q '"models"' out; then note ok; else
	note bad "list --json without models: $(cat out err)"
fi
rm broken/manifest.ini
mkdir broken/manifest.ini
expect 3 'broken/manifest.ini: cannot be read: .*; fix' model list
if [ -n "$models" ]; then POTEMKIN_MODELS=$models; else unset POTEMKIN_MODELS; fi
rmdir broken/manifest.ini broken

# --- an input is never overwritten
runs convert presenter self.mkv --frames 3 -s 160x90
cp self.mkv kept.mkv
expect 2 'would be overwritten' convert self.mkv ./self.mkv
ln -s self.mkv link.mkv
expect 2 'would be overwritten' mask self.mkv link.mkv
expect 2 'would be overwritten' -c file:self.mkv -o file:self.mkv
expect 2 'would be overwritten' convert presenter self.mkv --overlay ./self.mkv
if cmp -s self.mkv kept.mkv; then note ok; else note bad 'the input was changed'; fi
rm self.mkv kept.mkv link.mkv
# output that breaks off is told once, by the write that fails or by the close, though both would
full() {
	timeout 60 "$program" "$@" >/dev/full 2>err
	got=$?
	words='standard output: cannot be written: No space left on device; free some space'
	if [ $got -eq 6 ] && [ "$(grep -c "$words" err)" -eq 1 ] &&
		! grep -q 'last message' err; then note ok; else note bad "$*, full: exit $got: $(cat err)"; fi
}
if [ -w /dev/full ]; then for frames in 3 200; do
	full convert presenter hash --frames $frames -s 64x48
	full -c presenter -r 60 -o hash -o null --frames $frames -s 64x48
done; fi
if [ -w /dev/full ]; then
	for command in --help 'run --help' --version list 'list settings' 'list --json' 'model list' doctor \
		'doctor --json' 'completion bash' 'completion zsh' 'completion fish'; do
		# shellcheck disable=SC2086
		full $command
	done
fi
# a closed standard stream: its number is not given to another file
timeout 60 "$program" -c presenter -o file:closed.y4m -o hash -s 64x48 --frames 3 2>err >&-
if [ $? -eq 6 ] && grep -q 'standard output: cannot be written: Bad file descriptor' err; then note ok; else
	note bad "a closed standard output: $(cat err)"
fi
rm -f closed.y4m
# and what stands in for it is no folder
for name in /dev/stdout /dev/stderr; do
	if [ $name = /dev/stdout ]; then
		timeout 60 "$program" convert presenter $name -s 64x48 --frames 3 2>err >&-
	else
		timeout 60 "$program" convert presenter $name -s 64x48 --frames 3 >err 2>&-
	fi
	if [ $? -ne 0 ] && [ ! -e /presenter.mkv ]; then note ok; else note bad "a closed $name: $(cat err)"; fi
done
timeout 60 "$program" convert /dev/stdin null 2>err <&-
if [ $? -eq 3 ] && ! grep -q folder err; then note ok; else note bad "a closed standard input: $(cat err)"; fi

# --- engines
runs -c presenter -o null --frames 1 -s 320x180 --engine own
expect 2 'give auto, own or xnnpack' -c presenter -o null --frames 1 --engine fast
expect 2 'cpu "mmx": there is no such level' -c presenter -o null --frames 1 --cpu mmx
export POTEMKIN_CPU=mmx
expect 2 'POTEMKIN_CPU "mmx": there is no such level' -c presenter -o null --frames 1
runs -c presenter -o null --frames 1 -s 320x180 --cpu auto
unset POTEMKIN_CPU

# --- setup-loopback below a folder, twice, and undone
expect 2 '--root "bad.png": not a folder; name one' setup-loopback --root bad.png
for _ in 1 2; do
	runs setup-loopback --root machine
	options='^options v4l2loopback .*video_nr=60 .*exclusive_caps=1 max_buffers=4$'
	if grep -q "$options" machine/etc/modprobe.d/potemkin.conf &&
		grep -qx v4l2loopback machine/etc/modules-load.d/potemkin.conf; then note ok; else
		note bad 'setup-loopback wrote no settings'
	fi
done
cp -r machine before
(
	ulimit -f 0
	"$program" setup-loopback --root machine >/dev/null 2>&1
	"$program" setup-loopback --root other >/dev/null 2>&1
)
if diff -r machine before && [ -z "$(find other -type f)" ]; then note ok; else
	note bad 'setup-loopback left half a file on a full disk'
fi
rm -r before other
ln -s nowhere machine-gone	# this folder can be neither entered nor made
"$program" setup-loopback --root machine-gone >out 2>err
code=$?
if [ $code -eq 6 ] && [ "$(grep -c 'cannot be written: ' err)" -eq 1 ]; then note ok; else
	note bad "setup-loopback without its folder: exit $code: $(cat err)"
fi
rm machine-gone
runs setup-loopback --root machine --remove --dry-run
present machine/etc/modprobe.d/potemkin.conf
runs setup-loopback --root machine --remove
if [ -z "$(find machine -type f)" ]; then note ok; else
	note bad "setup-loopback --remove left $(find machine -type f)"
fi
echo 'options v4l2loopback devices=3' >machine/etc/modprobe.d/another.conf
expect 4 'another.conf already sets options' setup-loopback --root machine
runs setup-loopback --root machine --remove
present machine/etc/modprobe.d/another.conf
mkdir -p machine/usr/lib/modprobe.d
printf '  options\tv4l2loopback devices=3\n' >machine/usr/lib/modprobe.d/packaged.conf
mv machine/etc/modprobe.d/another.conf machine/etc/modprobe.d/another.conf.old	# modprobe does not read this name
expect 4 'packaged.conf already sets options' setup-loopback --root machine
rm -r machine/usr
mkdir -p machine/dev && touch machine/dev/video60 machine/dev/video62 machine/dev/video63
runs setup-loopback --root machine
if grep -q 'video_nr=61 ' machine/etc/modprobe.d/potemkin.conf; then note ok; else
	note bad 'it chose a number that is in use'
fi
rm -r machine/etc && touch machine/dev/video61
expect 4 'are all taken' setup-loopback --root machine
rm -r machine
runs setup-loopback --dry-run
says 'exclusive_caps=1'

# --- doctor answers on any machine, with one of the documented exit codes
"$program" doctor --json >out 2>err
code=$?
case $code in
0) ready=true ;;
3 | 4 | 5 | 6) ready=false ;;
*) note bad "doctor: exit $code: $(cat err)" ;;
esac
says "\"ready\":.*$ready"
says '"check":.*"model"'
printf '[camera x]\nsmooth = 400\n' >broken.conf
"$program" doctor --config broken.conf >out 2>err
code=$?
if [ $code -eq 2 ] && [ ! -s err ]; then note ok; else note bad "doctor with a mistake: exit $code: $(cat err)"; fi
says 'FAULT  configuration: potemkin does not start'
says 'why: .*broken.conf: line 2, in \[camera x\]: smooth "400"'
rm broken.conf

# --- a folder that is not there, or is none, is told, and stops nothing
for folder in absent err; do
	runs list backdrops --backdrop-folder $folder
	if [ "$(grep -c 'backdrop-folder "'$folder'": .*only the built-in' err)" -eq 1 ]; then note ok; else
		note bad "backdrop-folder $folder: $(cat err)"
	fi
done
runs list backdrops --backdrop-folder .
if [ -s err ]; then note bad "a folder that is there: $(cat err)"; else note ok; fi

# --- the main job
runs -c presenter -o null -o hash --frames 5 -s 320x180
says '^total '
runs -c presenter -o file:live.mp4 --duration 1 -s 320x180
present live.mp4
runs convert presenter drawn.mkv --frames 20 -s 320x180
present drawn.mkv
runs convert drawn.mkv again.mp4 -b color:#00ff00 --mirror
present again.mp4
runs mask drawn.mkv alpha.mkv
present alpha.mkv
head -c "$(($(wc -c <alpha.mkv) / 2))" alpha.mkv >cut.mkv
# faulty PATTERN ARGS...: what can be read is written, one line says what is missing, and the exit code is 3
faulty() {
	pattern=$1
	shift
	timeout 120 "$program" "$@" >out 2>err
	code=$?
	if [ $code -eq 3 ] && [ "$(grep -c error: err)" -eq 1 ] && grep -Eq -- "$pattern" err; then note ok; else
		note bad "$*: exit $code: $(cat err)"
	fi
	present rest.mkv
}

for command in convert mask; do
	faulty 'cut.mkv gave only [0-9]* of about 20 frames: it seems to be cut off' $command cut.mkv rest.mkv
done
rm cut.mkv rest.mkv
# a hole that the reader of the file passes over
runs mask presenter whole.mkv --frames 90 -s 320x180
bytes=$(wc -c <whole.mkv)
{
	head -c $((bytes * 4 / 10)) whole.mkv
	head -c $((bytes * 2 / 10)) /dev/zero
	tail -c +$((bytes * 6 / 10 + 1)) whole.mkv
} >holed.mkv
for command in convert mask; do
	faulty 'holed.mkv is damaged: 0\.[3-9] s are missing \([01]\.[0-9] to [12]\.[0-9] s\)' $command holed.mkv \
		rest.mkv
done
runs convert rest.mkv again.mkv
for part in '--to 0.8' '--from 2.2' '--frames 20'; do
	runs convert holed.mkv rest.mkv $part
	if grep -Eq 'missing|damaged' err; then note bad "$part of a film with a hole: $(cat err)"; else note ok; fi
done
faulty 'holed.mkv is damaged: 0\.[0-9] s are missing \(1\.[0-9] to 1\.5 s\)' convert holed.mkv rest.mkv --to 1.5
rm whole.mkv holed.mkv rest.mkv again.mkv
# what a damaged video lacks is told, even where its first pictures alone are left
cp alpha.mkv hurt.mkv
bytes=$(wc -c <hurt.mkv)
dd if="$program" of=hurt.mkv bs=1 seek=$((bytes / 8)) count=$((bytes * 3 / 4)) conv=notrunc 2>err
faulty 'hurt.mkv( gave only|: [0-9]+ damaged frames? w| is damaged)' convert hurt.mkv rest.mkv
rm hurt.mkv rest.mkv
runs convert drawn.mkv hash --frames 3 --threads 0 --refine morph
says '^total '
expect 2 'must end in' convert drawn.mkv drawn.png
mkdir -p ends
for name in .png ends/.png .mp4 ends/.MKV; do
	expect 2 'an ending without a name; put one before it' convert drawn.mkv $name
	expect 2 'an ending without a name; put one before it, as in new\.' mask drawn.mkv $name
	expect 2 'an ending without a name; put one before it' -c presenter -o file:$name --frames 1
done
rmdir ends
expect 3 'the input "presentr" is not known; did you mean presenter\?' convert presentr a.mp4
expect 2 'the output "nul" is not known; did you mean null\?' convert drawn.mkv nul
expect 3 'presenter.mkv: ' convert presenter.mkv a.mp4
expect 2 'must end in' mask drawn.mkv alpha.png
: >there.png	# not said to be replaced by what is refused
expect 2 'must end in' convert drawn.mkv there.png
expect 2 'must end in' mask drawn.mkv there.png
rm there.png

# --- an option that changes nothing is told once, and changes nothing
# the presenter, in grey, so that there is a mask to change
runs convert presenter raw.y4m -b none --show-room -s 160x90 --frames 1
{ printf 'P5\n160 90\n255\n'; tail -c +$(($(head -1 raw.y4m | wc -c) + 7)) raw.y4m | head -c 14400; } >still.pgm
runs mask still.pgm alpha.png
runs mask still.pgm none.png --keep-out 0,0,100%x100%
if cmp -s alpha.png none.png; then note bad 'nobody is in the picture'; else note ok; fi
rm raw.y4m alpha.png none.png
runs convert still.pgm hash
mv out plain
cp still.pgm null
runs -c file:null -o null --frames 1	# a word is not the file of that name
rm null
mkdir none
runs convert still.pgm hash -b none --show-room
rmdir none
runs -c presenter -o file:twice.mkv -o file:twice.mkv -s 64x48 --frames 2
rm twice.mkv
for option in '--fps 10' '--fade 0' '--smooth 0' '--plate no' '--motion-gate no' '--duration 1' '--frames 3' \
	'--audio none' --strip '--jobs 2' '--overlay-size 20' '--overlay-place top' '--caption-place top'; do
	runs convert still.pgm hash $option
	if cmp -s out plain && [ "$(grep -c "warning: ${option%% *} means nothing to " err)" -eq 1 ]; then note ok; else
		note bad "$option for a picture: $(cat out plain err)"
	fi
done
printf 'frames = 3\nfade = 0\noverlay-size = 20\n' >nothing.conf
for told in 'convert presenter hash --frames 2 --fade 0 --smooth 0 -r 10' \
	'convert --config nothing.conf still.pgm null' \
	'convert still.pgm null --caption Ada --caption-place top' 'convert still.pgm null --mirror --refine none'; do
	runs $told
	if grep -q 'means nothing' err; then note bad "$told: $(cat err)"; else note ok; fi
done
runs convert still.pgm there.png
runs mask still.pgm alpha.png --fade 0 --overlay-size 20
if [ "$(grep -c 'fade means nothing' err)" -eq 1 ] && [ "$(grep -c 'size means nothing' err)" -eq 1 ]; then
	note ok
else
	note bad "mask of a picture: $(cat err)"
fi
runs convert still.pgm null --fit tile	# the backdrop is drawn to fit
if grep -q -- '--fit means nothing to the backdrop builtin:office' err; then note ok; else note bad "$(cat err)"; fi
runs convert still.pgm null --fit tile -b there.png
if grep -q 'means nothing' err; then note bad "$(cat err)"; else note ok; fi
# of many files, that means nothing which does to none of them
runs convert still.pgm there.png many/ --from 1 --codec h264 --smooth 3 --quality 9 --fade 0
if [ "$(grep -c 'means nothing to these files' err)" -eq 5 ]; then note ok; else note bad "pictures: $(cat err)"; fi
runs convert still.pgm drawn.mkv many/ --codec ffv1 --smooth 3 --fps 9 --to 0.1
if grep -q 'means nothing' err; then note bad "a picture and a film: $(cat err)"; else note ok; fi
runs convert drawn.mkv many/ --codec ffv1 --smooth 3 --fps 9 --to 0.1
if [ "$(grep -c 'fps means nothing to these files: each keeps' err)" -eq 1 ] &&
	[ "$(grep -c 'means nothing' err)" -eq 1 ]; then note ok; else note bad "films: $(cat err)"; fi
rm -r plain nothing.conf alpha.png there.png many

# --- what this user may not read or write
other=
[ "$(id -u)" -ne 0 ] || other="setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$work XDG_DATA_HOME="
chmod 755 .
if $other "$program" convert presenter null -s 64x48 --frames 1 >out 2>err; then
	root_program=$program
	mkdir -p closed config/potemkin
	runs convert -q drawn.mkv closed/old.mkv --frames 1
	runs convert -q still.pgm closed/old.png
	: >closed/model.tflite
	echo 'keep-out = 0,0,9x9' >config/potemkin/potemkin.conf
	chmod 000 closed/model.tflite config/potemkin
	chmod 555 closed
	cat >as_other <<-END
		#!/bin/sh
		exec $other "$program" "\$@"
	END
	chmod 755 as_other
	program=./as_other
	expect 3 'this user may not look into its folder' -c presenter -o null --frames 1
	for command in 'convert still.pgm closed/old.png' 'mask still.pgm closed/old.png' \
		'convert drawn.mkv closed/old.mkv' 'mask drawn.mkv closed/old.mkv'; do
		# and none is said to be replaced
		expect 6 'cannot be created: Permission denied' --config /dev/null $command
	done
	expect 3 "Permission denied; name a model's file" --config /dev/null -m closed/model.tflite -c presenter -o null
	program=$root_program
	chmod 755 closed config/potemkin
	rm -r closed config as_other
else
	echo "skipped: nobody else can be tried here: $(head -n 1 err)"
fi
rm still.pgm

# --- the benchmark, briefly, unless the build left it out
if ! "$program" bench --sizes 64x48 --frames 1 2>&1 | grep -q 'has no benchmark'; then
runs bench --json --sizes 320x180 --frames 2
for word in cpu_ms_per_frame fps_max latency_ms stages_ms times_floor usual_times_ours still paced iou rss_mb; do
	says "\"$word\""
done
runs bench --sizes 320x180 --frames 2 --input-format yuyv -c presenter -o null --mirror --on-demand no
runs bench -s 320x180 --frames 2
says '^320x180 '
says 'a still scene'
# an unknown hash: the model is known by its path and the description beside it
cp "$("$program" model info selfie | sed -n 's/^file: //p')" own.tflite
printf '\0' >>own.tflite
printf '%s\n' '[own]' 'title = own' 'licence = none' 'source = here' 'input = 256x256' 'values = 0..1' \
	'output = probability' 'output-size = 256x256' >own.tflite.ini
runs bench --sizes 64x48 --frames 1 -m ./own.tflite
rm -f own.tflite own.tflite.ini
fi

# --- the CPU limit, far below what all frames would take: most are skipped
expect 2 '5 to 100' --cpu-limit 101
expect 2 '5 to 100' --cpu-limit 4
if timeout 60 "$program" -v -c presenter -s 1920x1080 --fps 60 -o null --cpu-limit 5 --duration 5 2>err &&
	grep -q 'cpu limit 5 %: .* pictures is taken' err &&
	awk '/ frames in .* of CPU each/ { for (i = 2; i <= NF; i++) if ($i == "frames") taken = $(i - 1) }
		/ frames were skipped / { out = $3 } END { exit !(taken && out > taken) }' err; then note ok; else
	note bad "--cpu-limit: $(cat err)"
fi

# --- with --wait and no camera: it shows the cover, and says what it waits for
timeout 60 "$program" --wait -c /dev/video77 -o file:waits.mkv --duration 3 >out 2>err
if [ $? -eq 0 ] && grep -q '/dev/video77: no such device' err && grep -q 'no camera yet (/dev/video77);' err &&
	[ -s waits.mkv ]; then note ok; else
	note bad "--wait: $(cat err)"; fi
rm -f waits.mkv
expect 3 'absent.mp4' --wait -c file:absent.mp4 -o null
expect 2 'webcam' --wait -c webcam -o null

# --- a signal ends it and the file is complete, even with threads that were started before
ended() {
	signal=$1 threads=$2
	: >err	# only new messages count
	"$program" -v -c presenter -o file:signal.mkv -s 320x180 --threads "$threads" 2>err &
	pid=$!
	while kill -0 $pid 2>err2 && ! grep -q -e '-> live' err; do sleep 0.05; done	# a frame is in the file
	kill -s "$signal" $pid
	wait $pid
	code=$?
	if [ $code -eq 0 ]; then note ok; else note bad "SIG$signal, $threads threads: exit $code: $(cat err)"; fi
	present signal.mkv
	runs mask signal.mkv alpha2.mkv --frames 1
	rm -f signal.mkv
}

for end in 'INT 1' 'TERM 1' 'INT 2' 'TERM 2'; do ended ${end% *} ${end#* }; done

# --- a recording that cannot grow: what is in it stays and plays, the other output goes on, and the exit code tells
(
	ulimit -f 40	# blocks of 512 bytes
	timeout 60 "$program" -c presenter -s 320x180 -o null -o file:full.mkv -o file:full.mp4 --frames 60 2>err
)
code=$?
after='after ([0-9:]{8}|0\.[0-9]+ s); what was'
said=$(grep -Ec "full.m[kp][v4]: the limit of a file's size is reached .ulimit -f. $after" err)
if [ $code -eq 6 ] && [ "$said" -eq 2 ] && grep -q '^potemkin: 60 frames' err; then note ok; else
	note bad "a full disk: exit $code: $(cat err)"; fi
runs mask full.mkv alpha3.mkv --frames 1
runs mask full.mp4 alpha3.mkv --frames 1
rm -f full.mkv full.mp4

# --- under nohup, the end of the terminal does not end the program, and signals without a meaning never do
: >err
(trap '' HUP; exec "$program" -v -c presenter -o null -s 320x180 --duration 3 2>err) &
pid=$!
while kill -0 $pid 2>err2 && ! grep -q -e '-> live' err; do sleep 0.05; done
for signal in HUP USR1 USR2; do kill -s $signal $pid; done
wait $pid
if grep -Eq ' in (2\.9|[3-9]|[0-9]{2,})[.0-9]* s ' err; then note ok; else
	note bad "SIGHUP under nohup, SIGUSR1 or SIGUSR2 ended it: $(tail -n 3 err)"
fi

# --- what decodes a backdrop is not loaded in the program; what writes a video is, and stays after the recording: to
# unload it while another thread prints a number would end the program (src/module/module.h)
{ printf 'P6\n64 64\n255\n'; head -c 12288 /dev/zero; } >wall.ppm
mkdir -m 700 steered

# holds EXPECTED: whether the program $pid has the module loaded, which only root sees
holds() {
	found=no
	if [ "$(id -u)" -ne 0 ] && ! head -c 1 /proc/$pid/maps >err2 2>&1; then
		echo 'skipped: only root sees what is loaded'
		return
	fi
	if grep -q 'potemkin-media.so' /proc/$pid/maps; then found=yes; fi
	if [ $found = "$1" ]; then note ok; else note bad "module loaded: $found, expected $1: $(cat err)"; fi
}

# starts ARGS...: run it live, as $pid
starts() {
	: >err
	"$program" -v -c presenter -o null -s 320x180 "$@" 2>err &
	pid=$!
	while kill -0 $pid 2>err2 && ! grep -q -e '-> live' err; do sleep 0.05; done
}

# ends CODE: ended by a signal, it exits with CODE
ends() {
	kill -s INT $pid
	wait $pid
	code=$?
	if [ $code -eq "$1" ]; then note ok; else note bad "exit $code, expected $1: $(cat err)"; fi
}

starts -b wall.ppm
holds no
ends 0
export XDG_RUNTIME_DIR="$work/steered"
ulimit -S -f 40	# blocks of 512 bytes
starts -o file:kept.mkv
ulimit -S -f unlimited
holds yes
for _ in $(seq 1200); do grep -q 'size is reached' err && break; sleep 0.05; done
runs ctl backdrop color:#204060
for _ in $(seq 1200); do "$program" status | grep -q '^output .*kept.mkv.*: ended$' && break; sleep 0.05; done
if "$program" status | grep -q '^output .*kept.mkv.*: ended$'; then note ok; else
	note bad "the status after a full disk: $("$program" status)"; fi
holds yes
# nobody reads any more, and nothing happens that could be told
{ timeout 60 "$program" ctl subscribe changes 2>err2; echo $? >code; } | head -n 1 >out
if [ -s out ] && [ "$(cat code)" -eq 0 ]; then note ok; else
	note bad "subscribe without a reader: exit $(cat code): $(cat err2)"; fi
rm code
ends 6
unset XDG_RUNTIME_DIR
rm -f kept.mkv err2
rm -rf wall.ppm steered

# --- ended before its last frame, mask leaves an older file as it was
runs mask drawn.mkv early.mkv --frames 2
cp early.mkv older.mkv
"$program" mask drawn.mkv early.mkv 2>err &
pid=$!
until_it_answers $pid
kill -s INT $pid
wait $pid
if grep -q 'stopped' err; then
	if cmp -s early.mkv older.mkv; then note ok; else note bad "mask: an older file was replaced: $(cat err)"; fi
else
	present early.mkv
fi
rm -f early.mkv older.mkv .early.mkv.potemkin

# --- the same with one picture: a complete file and exit code 0, or a line that says why not
printf 'P4\n64 48\n' >dark.pbm
head -c 384 /dev/zero >>dark.pbm
for command in convert mask; do
	"$program" $command dark.pbm early.png 2>err &
	pid=$!
	until_it_answers $pid
	kill -s INT $pid
	wait $pid
	code=$?
	if [ $code -eq 0 ] && [ -s early.png ] ||
		{ [ $code -eq 1 ] && grep -q 'before the first frame' err && ! [ -e early.png ]; }; then note ok; else
		note bad "$command, interrupted: exit $code: $(cat err)"; fi
	rm -f early.png
done
rm -f dark.pbm

# --- with null and hash, the message names no file, however far it came
for nowhere in null hash; do
	: >err
	"$program" convert presenter $nowhere -s 160x90 >out 2>err &
	pid=$!
	until_it_answers $pid
	kill -s INT $pid
	wait $pid
	code=$?
	if [ $code -eq 1 ] && grep -Eq 'stopped (before the first frame|after [0-9]+ frames?)$' err &&
		[ "$(wc -l <err)" -eq 1 ]; then note ok; else
		note bad "convert presenter $nowhere, interrupted: exit $code: $(cat err)"; fi
done
rm -f err2

# --- nothing is left except the files that were asked for
rest=$(find . -type f ! -name out ! -name err ! -name bad.png ! -name drawing.png ! -name page.jpg \
	! -name empty.mp4 ! -name zero.tflite \
	! -name live.mp4 ! -name drawn.mkv ! -name again.mp4 ! -name 'alpha*.mkv' ! -name signal.mkv)
if [ -z "$rest" ]; then note ok; else note bad "left behind: $rest"; fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
