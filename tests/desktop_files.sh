#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: desktop_files.sh DESKTOP_ENTRY METAINFO
# The files for desktops and software centres are well formed; the metainfo also with the releases of a NEWS that has
# some.
set -eu
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
missing=
if command -v desktop-file-validate >/dev/null; then
	desktop-file-validate "$1" >"$work/said" && [ ! -s "$work/said" ] || { cat "$work/said"; exit 1; }
else
	missing=' desktop-file-utils'
fi
printf '# News\n\n## 1.1.0 (unreleased)\n\n## 1.0.1 (2026-12-24)\n\n- a\n\n## 1.0.0 (2026-11-28)\n' >"$work/NEWS.md"
"$(dirname "$0")/../tools/releases" "$work/NEWS.md" >"$work/releases"
[ "$(grep -c '<release version=' "$work/releases")" -eq 2 ] || { cat "$work/releases"; exit 1; }
mkdir "$work/released"
sed "/<releases>/,/<.releases>/d; /<content_rating/r $work/releases" "$2" >"$work/released/$(basename "$2")"
if command -v appstreamcli >/dev/null; then
	# the project has no address yet, of which later versions warn
	case $(appstreamcli --version) in
	*' 0.'*) allow= ;;
	*) allow=--override=url-homepage-missing=info ;;
	esac
	# shellcheck disable=SC2086
	appstreamcli validate --no-net $allow "$2" "$work/released/$(basename "$2")" || exit 1
else
	missing="$missing appstream"
fi
[ -z "$missing" ] || { echo "skipped: needs$missing"; exit 77; }
