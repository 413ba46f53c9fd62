#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: packages.sh SOURCE_ROOT LIBRARY
# What debian/libpotemkin0.symbols lists is what LIBRARY shows. The descriptions in contrib/packages can be read by the
# tools that are here, and all want the networks of one version of their publisher's package, that of
# models/manifest.ini.
set -eu
root=$1
name='potemkin_[A-Za-z0-9_]*@'
skipped=
if symbols=$(nm --dynamic --defined-only "$2" 2>&1); then
	shown=$(echo "$symbols" | sed -n "s/.* \($name\)@*\(.*\)/\1\2/p" | LC_ALL=C sort)
	listed=$(sed -n "s/^ \($name[^ ]*\) .*/\1/p" "$root/debian/libpotemkin0.symbols" | LC_ALL=C sort)
	[ -n "$shown" ] && [ "$shown" = "$listed" ] ||
		{ echo "debian/libpotemkin0.symbols lists: $listed"; echo "$2 shows: $shown"; exit 1; }
else
	skipped="skipped: the names that the library shows, as nm cannot read it: $symbols"
fi
cd "$root/contrib/packages"
networks=$(sed -n 's/^source = npm package @mediapipe.selfie_segmentation //p' "$root/models/manifest.ini" | sort -u)
[ "$(echo "$networks" | grep -c .)" -eq 1 ] || { echo "models/manifest.ini names other networks: $networks"; exit 1; }
for file in PKGBUILD potemkin.spec package.nix org.potemkin.Potemkin.yml; do
	grep -q "selfie_segmentation[@-]$networks" "$file" || { echo "$file has not the networks $networks"; exit 1; }
done
! command -v bash >/dev/null || bash -n PKGBUILD
if command -v nix-instantiate >/dev/null; then
	for file in *.nix; do nix-instantiate --parse "$file" >/dev/null 2>&1 || nix-instantiate --parse "$file"; done
fi
! command -v flatpak-builder >/dev/null || flatpak-builder --show-manifest org.potemkin.Potemkin.yml >/dev/null
[ -z "$skipped" ] || { echo "$skipped"; exit 77; }
