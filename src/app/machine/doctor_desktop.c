/* SPDX-License-Identifier: MIT */
/* The checks of networks, PipeWire, browsers and the module for files. */
#include "app/machine/doctor.h"

#include "model/manifest.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check_model(struct pmk_doctor *d, const struct pmk_model_card *cards, int count, const char *name)
{
	char path[4096];

	for (int i = 0; i < count; i++) {
		if (strcmp(cards[i].name, name) != 0 || pmk_manifest_find(&cards[i], path, sizeof path) != 0)
			continue;
		if (pmk_manifest_fits(&cards[i], path))
			return true;
		pmk_doctor_add(d, "model", PMK_VERDICT_FAULT,
			"the file has another SHA-256 than the manifest says, and is refused", "potemkin model fetch",
			"the network %s is damaged: %s", name, path);
		return false;
	}
	pmk_doctor_add(d, "model", PMK_VERDICT_FAULT, "its file is in none of the places where models are looked for",
		"potemkin model fetch", "the network %s is missing", name);
	return false;
}

void pmk_doctor_check_model(struct pmk_doctor *d)
{
	static const char *const needed[] = { "selfie", "selfie-landscape" }; /* what --model auto takes */
	struct pmk_model_card *cards = NULL;
	int count = 0;

	if (pmk_manifest_cards(&cards, &count)) {
		pmk_doctor_add(d, "model", PMK_VERDICT_FAULT,
			"a manifest.ini in a folder of models is damaged; potemkin model list says which, and where",
			"mend or remove that manifest.ini", "the descriptions of models cannot be read");
		return;
	}
	d->has_model = true;
	for (int i = 0; i < 2; i++)
		d->has_model &= check_model(d, cards, count, needed[i]);
	free(cards);
	if (d->has_model)
		pmk_doctor_add(d, "model", PMK_VERDICT_GOOD, NULL, NULL, "selfie and selfie-landscape are here");
}

void pmk_doctor_check_pipewire(struct pmk_doctor *d)
{
	enum pmk_verdict missing = d->has_loopback ? PMK_VERDICT_HINT : PMK_VERDICT_FAULT;

	if (!d->pipewire_built)
		pmk_doctor_add(d, "pipewire", missing, "this program was built without it",
			"build with libpipewire-0.3-dev installed", "PipeWire cannot be used");
	else if (!d->pipewire_runs)
		pmk_doctor_add(d, "pipewire", missing,
			"programs that take cameras from PipeWire (in a sandbox, Firefox on some systems) see none",
			"sudo apt-get install pipewire wireplumber, then systemctl --user enable --now pipewire "
			"wireplumber",
			"no PipeWire daemon runs for you");
	else if (d->potemkin_runs && !d->pipewire_lists_us)
		pmk_doctor_add(d, "pipewire", PMK_VERDICT_HINT,
			"the potemkin that runs now was told to use other outputs",
			"start it with --output auto, or with a further --output pipewire",
			"PipeWire does not list the camera potemkin");
	else
		pmk_doctor_add(d, "pipewire", PMK_VERDICT_GOOD, NULL, NULL, "the daemon runs%s",
			d->potemkin_runs ? " and lists the camera potemkin" : "");
}

/* --- browsers: by v4l2loopback they need nothing, by PipeWire a switch each --- */

static bool is_installed(const struct pmk_doctor *d, const char *const *paths)
{
	for (; *paths; paths++) {
		if (pmk_doctor_file_has(d, *paths, NULL))
			return true;
	}
	return false;
}

/* In the home folder, which is below the root of a made-up machine as well. */
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
		pmk_doctor_add(d, "browser", PMK_VERDICT_HINT, "Chromium takes cameras from PipeWire only when told to",
			"chromium --enable-features=WebRtcPipeWireCamera, or switch on "
			"chrome://flags/#enable-webrtc-pipewire-camera",
			"Chromium will not list the camera");
	if (is_installed(d, foxes) && !firefox_is_set(d))
		pmk_doctor_add(d, "browser", PMK_VERDICT_HINT,
			"Firefox takes cameras from PipeWire only when told to, on most systems",
			"about:config in Firefox: set media.webrtc.camera.allow-pipewire to true",
			"Firefox may not list the camera");
}

void pmk_doctor_check_media(struct pmk_doctor *d)
{
	if (!d->media_missing)
		pmk_doctor_add(d, "files", PMK_VERDICT_GOOD, NULL, NULL, "pictures and videos can be read and written");
	else
		pmk_doctor_add(d, "files", PMK_VERDICT_HINT, d->media_missing,
			"make install puts potemkin-media.so where it belongs; a call needs it "
			"only with a picture behind you",
			"no picture or video file can be used: the module potemkin-media.so is missing");
}
