/* SPDX-License-Identifier: MIT */
#include "app/machine/remedy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By ID, or a word of ID_LIKE: Ubuntu says that it is like Debian, openSUSE like SUSE. The last row is for all
 * others. */
static const struct distribution {
	const char *id, *before, *after, *names[PMK_PACKAGES];
} distributions[] = {
	{ "debian", "sudo apt-get install ", "",
		{ "v4l2loopback-dkms linux-headers-$(uname -r)", "kmod", "pipewire wireplumber", "pipewire-libcamera",
			"libpipewire-0.3-dev", "fonts-dejavu-core", "npm", "curl" } },
	{ "fedora", "sudo dnf install ", "",
		{ "akmod-v4l2loopback (from RPM Fusion)", "kmod", "pipewire wireplumber", "pipewire-plugin-libcamera",
			"pipewire-devel", "dejavu-sans-fonts", "nodejs-npm", "curl" } },
	{ "arch", "sudo pacman -S ", "",
		{ "v4l2loopback-dkms linux-headers", "kmod", "pipewire wireplumber", "pipewire-libcamera",
			"libpipewire", "ttf-dejavu", "npm", "curl" } },
	{ "suse", "sudo zypper install ", "",
		{ "v4l2loopback-kmp-default", "kmod", "pipewire wireplumber", "pipewire-libcamera", "pipewire-devel",
			"dejavu-fonts", "npm-default", "curl" } },
	{ "nixos", "in configuration.nix: ", "",
		{ "boot.extraModulePackages = [ config.boot.kernelPackages.v4l2loopback ];",
			"environment.systemPackages = [ pkgs.kmod ];", "services.pipewire.enable = true;",
			"services.pipewire.enable = true;", "environment.systemPackages = [ pkgs.pipewire.dev ];",
			"fonts.packages = [ pkgs.dejavu_fonts ];", "environment.systemPackages = [ pkgs.nodejs ];",
			"environment.systemPackages = [ pkgs.curl ];" } },
	{ NULL, "install ", " with your package manager",
		{ "v4l2loopback and the headers of your kernel", "kmod", "PipeWire and WirePlumber",
			"libcamera's plug-in for PipeWire", "the headers of PipeWire", "a font", "npm", "curl" } },
};

static const struct distribution *find(const char *word)
{
	const struct distribution *d = distributions;

	while (d->id && strcmp(d->id, word) != 0)
		d++;
	return d;
}

/* The first word that is known, of a line's value, which may be in quotes. */
static const struct distribution *find_in(char *value)
{
	const struct distribution *d = find("");
	char *word;

	while (!d->id && (word = strsep(&value, " \"'\n")))
		d = find(word);
	return d;
}

static const struct distribution *read_release(const char *root, const char *name)
{
	char path[PATH_MAX], line[256];
	const struct distribution *own = find(""), *like = own;
	FILE *file;

	snprintf(path, sizeof path, "%s%s", root, name);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		if (strncmp(line, "ID=", 3) == 0)
			own = find_in(line + 3);
		else if (strncmp(line, "ID_LIKE=", 8) == 0)
			like = find_in(line + 8);
	}
	if (file)
		fclose(file);
	return own->id ? own : like;
}

const char *pmk_remedy_install(const char *root, enum pmk_package package, char text[PMK_REMEDY_SIZE])
{
	const struct distribution *d = read_release(root, "/etc/os-release");

	if (!d->id)
		d = read_release(root, "/usr/lib/os-release");
	snprintf(text, PMK_REMEDY_SIZE, "%s%s%s", d->before, d->names[package], d->after);
	return text;
}
