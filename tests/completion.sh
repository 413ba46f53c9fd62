#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: completion.sh PROGRAM
# The completion scripts: what bash offers, and that zsh and fish, if installed, can read theirs.
set -u
program=$(realpath "$1")
ask=$(realpath "$(dirname "$0")/../contrib/completions")
bad=0
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work" || exit 1
touch room.jpg

for shell in bash zsh fish; do
	"$program" completion $shell >$shell.completion || { echo "no script for $shell"; bad=1; }
	command -v $shell >/dev/null || { echo "skipped: needs $shell"; continue; }
	$shell -n $shell.completion || { echo "$shell cannot read its script"; bad=1; }
done
# what is installed where the program could not run at its build
for shell in "bash potemkin" "zsh _potemkin" "fish potemkin.fish"; do
	command -v "${shell% *}" >/dev/null || continue
	${shell% *} -n "$ask/${shell#* }" || { echo "${shell% *} cannot read its script that asks"; bad=1; }
done
(PATH=${program%/*}:$PATH && . "$ask/potemkin" && complete -p potemkin &&
	cmp <(declare -f) <(. ./bash.completion && declare -f)) >/dev/null ||
	{ echo "bash gets nothing when it asks the program"; bad=1; }

. ./bash.completion

# offers 'words of the line' expected...: all of these, and not those behind "not"
offers() {
	read -ra COMP_WORDS <<<"$(sed 's/[:=]/ & /g' <<<"$1")" # as bash takes words apart
	[[ $1 == *' ' ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_potemkin
	local line=$1 word without=
	shift
	for word; do
		[[ $word == not ]] && { without=yes; continue; }
		if printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$word"; then
			[[ $without ]] && { echo "\"$line\" offers $word"; bad=1; }
		else
			[[ $without ]] || { echo "\"$line\" does not offer $word: ${COMPREPLY[*]}"; bad=1; }
		fi
	done
}

offers 'potemkin ' run convert list bench not --smooth
offers 'potemkin --' --smooth --backdrop --camera not --sizes --dry-run
offers 'potemkin convert --' --smooth --backdrop not --camera --json
offers 'potemkin bench --s' --smooth --sizes not --backdrop
offers 'potemkin --fit ' cover contain stretch tile
offers 'potemkin --smooth 3 --refine ' guided none morph
offers 'potemkin -b ' green room.jpg
offers 'potemkin -b bu' builtin:office not room.jpg
offers 'potemkin -b builtin:' office library not builtin:office green
offers 'potemkin -b builtin:lib' library not office
offers 'potemkin --backdrop=' builtin:office room.jpg
offers 'potemkin --backdrop=builtin:of' office
offers 'potemkin -c file:' room.jpg
offers 'potemkin -c file:ro' room.jpg
offers 'potemkin --mirror=' yes no
offers 'potemkin --mirror ' not yes
offers 'potemkin ctl backdrop ' builtin:office room.jpg
offers 'potemkin ctl backdrop builtin:o' office
offers 'potemkin ctl frame ' left wide
offers 'potemkin ctl set ' smooth backdrop not output
offers 'potemkin ctl set mirror ' yes no
offers 'potemkin ctl set backdrop builtin:of' office

# --- the profiles of the user's file
export XDG_CONFIG_HOME=$work
offers 'potemkin ctl profile ' none not evening room.jpg
mkdir potemkin
printf 'smooth = 3\n[profile evening]\n [Profile  late-night ] ; x\n[camera x]\n[profiles]\n' >potemkin/potemkin.conf
offers 'potemkin ctl profile ' none evening late-night not x room.jpg
offers 'potemkin --profile ' evening late-night not none room.jpg
offers 'potemkin --profile=l' late-night not evening

if command -v zsh >/dev/null; then
	# what zsh's own function offers behind ctl, without a terminal
	zsh -f -c 'compadd() { shift; print -rl -- "$@" }; _files() { :; }; _arguments() { :; }; . ./zsh.completion
		words=(potemkin ctl set "") CURRENT=4; _potemkin_argument
		words=(potemkin ctl set mirror "") CURRENT=5; _potemkin_argument
		words=(potemkin ctl profile "") CURRENT=4; _potemkin_argument' >offered 2>&1
	for word in smooth yes evening late-night; do
		grep -qxF $word offered || { echo "zsh does not offer $word: $(paste -s offered)"; bad=1; }
	done
fi
if command -v fish >/dev/null; then
	HOME=$work fish -N -c 'source fish.completion
		complete -C "potemkin ctl set sm"; complete -C "potemkin ctl set mirror "
		complete -C "potemkin ctl profile "; complete -C "potemkin run --profile "' >offered 2>&1
	for word in smooth yes evening late-night; do
		cut -f 1 offered | grep -qxF $word || { echo "fish does not offer $word: $(paste -s offered)"; bad=1; }
	done
fi
offers 'potemkin ctl set fit ' cover tile
offers 'potemkin list ' settings cameras
offers 'potemkin convert ' room.jpg
offers 'potemkin --on-demand ' yes no

# each setting is in each script
for name in $("$program" list settings | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
	for shell in bash zsh fish; do
		grep -q -e "-$name\b" -e "-l $name\b" $shell.completion || { echo "$shell: no $name"; bad=1; }
	done
done
exit $bad
