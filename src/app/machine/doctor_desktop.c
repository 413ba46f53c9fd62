/* SPDX-License-Identifier: MIT */
/* The checks of the configuration file, models, PipeWire, browsers and the module for files. */
#include "app/machine/doctor.h"

#include "app/machine/remedy.h"
#include "base/guard/guard.h"
#include "compose/blur/blur.h"
#include "media/sandbox/reply.h"
#include "model/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pmk_doctor_check_config(struct pmk_doctor *d)
{
	if (d->config_mistake[0])
		pmk_doctor_add(d, "configuration", PMK_VERDICT_FAULT, d->config_mistake,
			"correct that; until then, potemkin --config /dev/null runs without the file",
			"potemkin does not start with its configuration file");
	else if (d->config[0])
		pmk_doctor_add(d, "configuration", PMK_VERDICT_GOOD, NULL, NULL, "%s has no mistake", d->config);
	else
		pmk_doctor_add(d, "configuration", PMK_VERDICT_GOOD, NULL, NULL,
			"there is no configuration file, so the defaults count");
}

static bool check_model(struct pmk_doctor *d, const struct pmk_model_card *cards, int count, const char *name)
{
	char path[4096];

	for (int i = 0; i < count; i++) {
		if (strcmp(cards[i].name, name) != 0 || pmk_manifest_find(&cards[i], path, sizeof path) != 0)
			continue;
		if (pmk_manifest_fits(&cards[i], path))
			return true;
		pmk_doctor_add(d, "model", PMK_VERDICT_FAULT,
			"its SHA-256 is not the one in the manifest, so it is refused", "potemkin model fetch",
			"the network %s is damaged: %s", name, path);
		return false;
	}
	pmk_doctor_add(d, "model", PMK_VERDICT_FAULT, "its file is in none of the folders for models",
		"potemkin model fetch", "the network %s is missing", name);
	return false;
}

void pmk_doctor_check_model(struct pmk_doctor *d)
{
	struct pmk_model_card *cards = NULL;
	int count = 0;

	if (pmk_manifest_cards(&cards, &count)) {
		pmk_doctor_add(d, "model", PMK_VERDICT_FAULT,
			"a manifest.ini in a folder for models is damaged; potemkin model list says which line of "
			"which file",
			"fix or remove that manifest.ini", "the descriptions of models cannot be read");
		return;
	}
	d->has_model = true;
	for (int i = 0; i < PMK_MODELS_OF_AUTO; i++)
		d->has_model &= check_model(d, cards, count, pmk_models_of_auto[i]);
	free(cards);
	if (d->has_model)
		pmk_doctor_add(d, "model", PMK_VERDICT_GOOD, NULL, NULL, "selfie and selfie-landscape are here");
}

void pmk_doctor_check_pipewire(struct pmk_doctor *d)
{
	enum pmk_verdict missing = d->has_loopback ? PMK_VERDICT_HINT : PMK_VERDICT_FAULT;
	char fix[300], how[PMK_REMEDY_SIZE];

	snprintf(fix, sizeof fix, "%s, then %s",
		pmk_remedy_install(
			d->root, d->pipewire_built ? PMK_PACKAGE_PIPEWIRE : PMK_PACKAGE_PIPEWIRE_HEADERS, how),
		d->pipewire_built ? "systemctl --user enable --now pipewire wireplumber" : "build potemkin again");
	if (!d->pipewire_built)
		pmk_doctor_add(d, "pipewire", missing, "potemkin was built without it", fix, "PipeWire cannot be used");
	else if (!d->pipewire_runs)
		pmk_doctor_add(d, "pipewire", missing,
			"programs that take cameras from PipeWire (in a sandbox, Firefox on some systems) see none",
			fix, "no PipeWire daemon is running for you");
	else if (d->potemkin_runs && !d->pipewire_lists_us)
		pmk_doctor_add(d, "pipewire", PMK_VERDICT_HINT, "the running potemkin was told to use other outputs",
			"start it with --output auto, or with --output pipewire as well",
			"PipeWire does not list the camera potemkin");
	else
		pmk_doctor_add(d, "pipewire", PMK_VERDICT_GOOD, NULL, NULL, "the daemon is running%s",
			d->potemkin_runs ? " and lists the camera potemkin" : "");
}

/* --- browsers: they list a v4l2loopback device by themselves, a PipeWire camera only with a switch --- */

static bool is_installed(const struct pmk_doctor *d, const char *const *paths)
{
	for (; *paths; paths++) {
		if (pmk_doctor_file_has(d, *paths, NULL))
			return true;
	}
	return false;
}

/* `path` is below the home folder, which is itself below the root of a made-up machine. */
static bool home_has(const struct pmk_doctor *d, const char *path, const char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof full, "%s/%s", d->home, path);
	return pmk_doctor_file_has(d, full, text);
}

static bool firefox_is_set(const struct pmk_doctor *d)
{
	static const char wanted[] = "\"media.webrtc.camera.allow-pipewire\", true";
	char folder[PATH_MAX], path[PATH_MAX];
	const struct dirent *entry;
	bool set = false;
	DIR *dir;

	snprintf(folder, sizeof folder, "%s%s/.mozilla/firefox", d->root, d->home);
	dir = opendir(folder);
	while (dir && !set && (entry = readdir(dir))) {
		snprintf(path, sizeof path, ".mozilla/firefox/%s/prefs.js", entry->d_name);
		set = entry->d_name[0] != '.' && home_has(d, path, wanted);
	}
	if (dir)
		closedir(dir);
	return set;
}

void pmk_doctor_check_browser(struct pmk_doctor *d)
{
	static const char *const chromes[] = { "/usr/bin/chromium", "/usr/bin/google-chrome",
		"/opt/google/chrome/chrome", NULL };
	static const char *const foxes[] = { "/usr/bin/firefox", "/usr/bin/firefox-esr", NULL };
	static const char flag[] = "enable-webrtc-pipewire-camera@1";

	if (d->has_loopback || !d->pipewire_runs)
		return;
	if (is_installed(d, chromes) && !home_has(d, ".config/chromium/Local State", flag) &&
		!home_has(d, ".config/google-chrome/Local State", flag))
		pmk_doctor_add(d, "browser", PMK_VERDICT_HINT, "Chromium uses PipeWire cameras only when told to",
			"start chromium --enable-features=WebRtcPipeWireCamera, or enable "
			"chrome://flags/#enable-webrtc-pipewire-camera",
			"Chromium will not list the camera");
	if (is_installed(d, foxes) && !firefox_is_set(d))
		pmk_doctor_add(d, "browser", PMK_VERDICT_HINT,
			"on most systems, Firefox uses PipeWire cameras only when told to",
			"set media.webrtc.camera.allow-pipewire to true in about:config",
			"Firefox may not list the camera");
}

void pmk_doctor_check_media(struct pmk_doctor *d)
{
	if (!d->media_missing)
		pmk_doctor_add(d, "files", PMK_VERDICT_GOOD, NULL, NULL, "pictures and videos can be read and written");
	else
		pmk_doctor_add(d, "files", PMK_VERDICT_HINT, d->media_missing,
			"run make install, which puts potemkin-media.so in its place; a call needs it only for "
			"a film as backdrop, or a picture of another kind",
			"no %s%s can be used: the module potemkin-media.so is missing",
			d->simple_kinds ? "files but " : "picture or video file",
			d->simple_kinds ? d->simple_kinds : "");
}

void pmk_doctor_check_sandbox(struct pmk_doctor *d)
{
	const unsigned refused = PMK_TRIED_FILES | PMK_TRIED_NETWORK | PMK_TRIED_PROGRAMS, tried = d->pictures_tried;
	bool seccomp = tried & PMK_TRIED_SECCOMP, landlock = tried & PMK_TRIED_LANDLOCK;

	if (d->media_missing && !d->simple_kinds)
		return;
	if (!(tried & PMK_TRIED_RAN))
		pmk_doctor_add(d, "pictures", PMK_VERDICT_HINT, d->pictures_refused,
			"end other programs, or start potemkin outside of the service or container whose limits or "
			"settings forbid it",
			"no picture file can be used");
	else if (seccomp && landlock && (tried & refused) == refused)
		pmk_doctor_add(d, "pictures", PMK_VERDICT_GOOD, NULL, NULL,
			"files are decoded in a process that seccomp and Landlock keep from files, network and "
			"programs");
	else
		pmk_doctor_add(d, "pictures", PMK_VERDICT_HINT,
			"this kernel has none, a service's settings forbid it, or this program was built without it",
			"use only pictures from sources that you trust",
			"files are decoded in a process of limited memory and time, but without %s",
			!seccomp && !landlock ? "seccomp and Landlock" :
				!seccomp      ? "seccomp" :
						"Landlock");
}

void pmk_doctor_check_lock(struct pmk_doctor *d)
{
	static const char *const by[] = { "nothing", "seccomp alone, without Landlock",
		"Landlock alone, without seccomp" };

	if (d->locked == PMK_GUARD_ALL)
		pmk_doctor_add(d, "lock", PMK_VERDICT_GOOD, NULL, NULL,
			"a run is locked in by seccomp and Landlock before it sees a frame (--sandbox)");
	else
		pmk_doctor_add(d, "lock", PMK_VERDICT_HINT,
			"this kernel has none, a service's or container's settings forbid it, or this program was "
			"built without it",
			"potemkin doctor --sandbox shows what that leaves open", "a run is locked in by %s (--sandbox)",
			by[d->locked & PMK_GUARD_ALL]);
}

void pmk_doctor_check_caption(struct pmk_doctor *d)
{
	char how[PMK_REMEDY_SIZE];

	if (d->caption_tried == 0)
		pmk_doctor_add(d, "text", PMK_VERDICT_GOOD, NULL, NULL, "name tags (--caption) can be drawn");
	else if (d->caption_tried == -ENOENT)
		pmk_doctor_add(d, "text", PMK_VERDICT_HINT, "Fontconfig finds no font on this machine",
			pmk_remedy_install(d->root, PMK_PACKAGE_FONT, how),
			"no name tag (--caption) can be drawn: there is no font");
	else if (d->caption_tried == -ENOPKG)
		pmk_doctor_add(d, "text", PMK_VERDICT_HINT,
			"the module potemkin-text.so is missing, is of another build, or lacks a library (Pango, "
			"Cairo)",
			"run make install, which puts it in its place; a call needs it only for --caption",
			"no name tag (--caption) can be drawn");
	else
		pmk_doctor_add(d, "text", PMK_VERDICT_HINT, strerror(-d->caption_tried), "end other programs",
			"no name tag (--caption) can be drawn");
}

void pmk_doctor_check_tray(struct pmk_doctor *d)
{
	if (!d->has_bus)
		return; /* no desktop, or a build that shows no icon */
	if (d->has_panel)
		pmk_doctor_add(d, "tray", PMK_VERDICT_GOOD, NULL, NULL, "the desktop's panel shows the icon (--tray)");
	else
		pmk_doctor_add(d, "tray", PMK_VERDICT_HINT,
			"no panel shows icons of programs; GNOME needs an extension",
			"install the extension AppIndicator (gnome-shell-extension-appindicator) and log in again; or "
			"use potemkin ui",
			"the icon with its menu (--tray) cannot be seen");
}

/* Nothing to find: what somebody who relies on blur should know. */
void pmk_doctor_check_blur(struct pmk_doctor *d)
{
	pmk_doctor_add(d, "blur", PMK_VERDICT_GOOD, NULL, NULL,
		"behind blur, letters up to %.0f %% of the picture's height cannot be read (blur:0: %.0f %%, blur:100: "
		"%.0f %%); large shapes and colours remain; blur:1 to blur:20 hide hardly anything",
		100 * pmk_blur_patch(PMK_BLUR_NORMAL), 100 * pmk_blur_patch(0), 100 * pmk_blur_patch(100));
}
