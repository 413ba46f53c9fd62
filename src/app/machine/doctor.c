/* SPDX-License-Identifier: MIT */
#include "app/machine/doctor.h"

#include "app/commands.h"
#include "app/live/running_camera.h"
#include "app/machine/doctor_lock.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/num.h"
#include "control/tray/tray.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/pipewire/portal.h"
#include "io/v4l2/holders.h"
#include "media/media.h"
#include "media/sandbox/sandbox.h"
#include "settings/settings_file.h"
#include "text/caption.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void (*const checks[])(struct pmk_doctor *doctor) = {
	pmk_doctor_check_config,
	pmk_doctor_check_model,
	pmk_doctor_check_hidden,
	pmk_doctor_check_permission,
	pmk_doctor_check_camera,
	pmk_doctor_check_speed,
	pmk_doctor_check_module,
	pmk_doctor_check_loopback,
	pmk_doctor_check_pipewire,
	pmk_doctor_check_browser,
	pmk_doctor_check_media,
	pmk_doctor_check_sandbox,
	pmk_doctor_check_lock,
	pmk_doctor_check_caption,
	pmk_doctor_check_tray,
	pmk_doctor_check_blur,
};

void pmk_doctor_add(struct pmk_doctor *d, const char *check, enum pmk_verdict verdict, const char *why, const char *fix,
	const char *what, ...)
{
	struct pmk_finding *f = &d->findings[d->count];
	va_list list;

	if (d->count == PMK_DOCTOR_MAX_FINDINGS)
		return;
	d->count++;
	*f = (struct pmk_finding){ .check = check, .verdict = verdict };
	snprintf(f->why, sizeof f->why, "%s", why ? why : "");
	snprintf(f->fix, sizeof f->fix, "%s", fix ? fix : "");
	va_start(list, what);
	vsnprintf(f->what, sizeof f->what, what, list);
	va_end(list);
}

bool pmk_doctor_file_has(const struct pmk_doctor *d, const char *path, const char *text)
{
	char full[PATH_MAX], *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *file;

	snprintf(full, sizeof full, "%s%s", d->root, path);
	if (!text)
		return access(full, F_OK) == 0;
	file = fopen(full, "re");
	while (file && !found && getline(&line, &size, file) >= 0)
		found = strstr(line, text) != NULL;
	free(line);
	if (file)
		fclose(file);
	return found;
}

void pmk_doctor_run(struct pmk_doctor *d)
{
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		checks[i](d);
}

/* --- the command --- */

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static void ask_pipewire(struct pmk_doctor *d)
{
	struct pmk_pipewire_camera *cameras;
	int count;

	d->pipewire_runs = pmk_pipewire_runs();
	if (!d->pipewire_runs)
		return;
	count = pmk_pipewire_list(&cameras);
	if (count > 0)
		memcpy(d->pipewire_camera, cameras[0].name, sizeof d->pipewire_camera);
	free(cameras);
	d->pipewire_lists_us = d->potemkin_runs && pmk_pipewire_lists_ours();
}

static void ask_bus(struct pmk_doctor *d)
{
	int panel = pmk_tray_probe();

	d->has_bus = panel == 0 || panel == -ENOENT;
	d->has_panel = panel == 0;
}

/* The texts that the doctor's findings point to. */
struct surroundings {
	struct utsname system;
	char config[PMK_SPEC], mistake[PMK_LOG_LINE], refused[PMK_LOG_LINE], camera[PMK_SPEC];
	int config_err; /* of reading it */
};

/* The first error that is logged becomes part of a finding. */
static void note_error(void *user, enum pmk_log_level level, const char *line)
{
	char *first = user;

	if (level == PMK_LOG_ERROR && !first[0])
		snprintf(first, PMK_LOG_LINE, "%s", line);
}

/* The file that run would read. */
static void read_config(const struct pmk_settings *given, struct surroundings *s)
{
	struct pmk_settings *scratch = malloc(sizeof *scratch);

	memcpy(s->config, given->config, sizeof s->config);
	if (!s->config[0] && !pmk_settings_default_file(s->config))
		s->config[0] = '\0';
	if (scratch && s->config[0]) {
		pmk_settings_init(scratch);
		pmk_log_listen(note_error, s->mistake);
		s->config_err = pmk_settings_read_file(s->config, scratch);
		if (s->config_err && !s->mistake[0])
			snprintf(s->mistake, sizeof s->mistake, "it cannot be read");
		else if (!s->config_err)
			memcpy(s->camera, scratch->pipeline.camera, sizeof s->camera);
		pmk_log_listen(NULL, NULL);
	}
	free(scratch);
}

static unsigned try_pictures(struct surroundings *s)
{
	unsigned tried;

	pmk_log_listen(note_error, s->refused);
	tried = pmk_sandbox_try();
	pmk_log_listen(NULL, NULL);
	return tried;
}

static void look_around(struct pmk_doctor *d, struct surroundings *s)
{
	const struct passwd *self = getpwuid(getuid());

	uname(&s->system);
	*d = (struct pmk_doctor){ .root = "",
		.home = text_of(getenv("HOME")),
		.runtime = text_of(getenv("XDG_RUNTIME_DIR")),
		.user = self ? self->pw_name : "",
		.kernel = s->system.release,
		.config = s->config,
		.config_mistake = s->mistake,
		.pictures_refused = s->refused,
		.camera = s->camera,
		.locked = pmk_doctor_probe_lock() };
	d->device_count = pmk_devices_scan(&d->devices);
	d->device_count = pmk_max(d->device_count, 0);
#ifdef PMK_HAVE_PIPEWIRE
	d->pipewire_built = true;
#endif
	d->potemkin_runs = pmk_holders_runs(d->root, "potemkin");
	if (d->potemkin_runs)
		(void)pmk_running_camera(s->camera);
	if (d->pipewire_built)
		ask_pipewire(d);
	d->portal_has_camera = !d->pipewire_camera[0] && !d->pipewire_lists_us && pmk_portal_has_camera();
	d->media_missing = pmk_media_missing();
	d->simple_kinds = pmk_media_simple_kinds();
	d->pictures_tried = d->media_missing && !d->simple_kinds ? 0 : try_pictures(s);
	d->caption_tried = pmk_caption_try();
	ask_bus(d);
}

static void print_json(const struct pmk_doctor *d, enum pmk_exit code)
{
	static const char *const verdicts[] = { "good", "hint", "fault" };
	cJSON *all = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(all, "findings");
	char *text;

	cJSON_AddBoolToObject(all, "ready", code == PMK_EXIT_OK);
	for (int i = 0; i < d->count; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "check", d->findings[i].check);
		cJSON_AddStringToObject(one, "verdict", verdicts[d->findings[i].verdict]);
		cJSON_AddStringToObject(one, "what", d->findings[i].what);
		cJSON_AddStringToObject(one, "why", d->findings[i].why);
		cJSON_AddStringToObject(one, "fix", d->findings[i].fix);
		cJSON_AddItemToArray(list, one);
	}
	text = cJSON_Print(all);
	puts(text);
	free(text);
	cJSON_Delete(all);
}

static void print_text(const struct pmk_doctor *d, enum pmk_exit code)
{
	static const char *const verdicts[] = { "good", "hint", "FAULT" };

	for (int i = 0; i < d->count; i++) {
		const struct pmk_finding *f = &d->findings[i];

		printf("%-5s  %s: %s\n", verdicts[f->verdict], f->check, f->what);
		if (f->why[0])
			printf("       why: %s\n", f->why);
		if (f->fix[0])
			printf("       do:  %s\n", f->fix);
	}
	puts(code == PMK_EXIT_OK ? "A video call would work." : "A video call would not work yet.");
}

static enum pmk_exit verdict_of(const struct pmk_doctor *d, const struct surroundings *s)
{
	if (s->config_err)
		return s->config_err == -EINVAL ? PMK_EXIT_USAGE : PMK_EXIT_INPUT;
	if (!d->has_model)
		return PMK_EXIT_INPUT;
	if (!d->has_camera)
		return d->camera_is_taken ? PMK_EXIT_BUSY : PMK_EXIT_NO_CAMERA;
	return d->has_loopback || d->pipewire_runs ? PMK_EXIT_OK : PMK_EXIT_NO_OUTPUT;
}

enum pmk_exit pmk_command_doctor(struct pmk_options *options)
{
	struct surroundings seen = { 0 };
	struct pmk_doctor doctor;
	enum pmk_exit code;

	if (options->settings.sandbox == PMK_SANDBOX_ON)
		return pmk_doctor_try_lock(options->settings.json);
	if (pmk_unused_refuse(options, "sandbox", "potemkin doctor unless it is on", "then it tries the lock"))
		return PMK_EXIT_USAGE;
	read_config(&options->settings, &seen);
	look_around(&doctor, &seen);
	pmk_doctor_run(&doctor);
	code = verdict_of(&doctor, &seen);
	if (options->settings.json)
		print_json(&doctor, code);
	else
		print_text(&doctor, code);
	free(doctor.devices);
	return code;
}
