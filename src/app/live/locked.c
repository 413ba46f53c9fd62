/* SPDX-License-Identifier: MIT */
#include "app/live/locked.h"

#include "app/files/film.h"
#include "app/live/browser.h"
#include "app/live/steer.h"
#include "base/guard/guard.h"
#include "base/guard/starter.h"
#include "base/log.h"
#include "base/new_file.h"
#include "base/parse.h"
#include "control/gallery.h"
#include "control/socket.h"
#include "io/v4l2/holders.h"
#include "media/sandbox/sandbox.h"
#include "settings/settings_file.h"
#include "settings/settings_save.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef PMK_HAVE_PAGE
#include "control/page/listen.h"
#include "control/page/own/folder.h"
#include "control/page/own/place.h"
#else
#define pmk_page_listen_act NULL
#endif

/* The files that the starter may write; set before it is forked. */
static struct {
	char named[PMK_SPEC], config[PMK_SPEC]; /* the configuration file as it was asked for, and with its path */
	char backdrops[PMK_SPEC]; /* the folder of own backdrops as it was asked for */
	const struct pmk_pipeline_settings *outputs;
} writes;

static bool is_output(const char *path)
{
	for (int i = 0; i < writes.outputs->output_count; i++) {
		const char *output = pmk_film_path(writes.outputs->outputs[i]);

		if (output && strcmp(output, path) == 0)
			return true;
	}
	return false;
}

static bool is_config(const char *path)
{
	return writes.config[0] && strcmp(path, writes.config) == 0;
}

static bool may_write(const char *path)
{
	return is_config(path) || pmk_parse_ends(path, ".png") || is_output(path);
}

static int new_file(struct pmk_order *order, int *fd)
{
	if (!may_write(order->text))
		return order->result = -EPERM;
	if (is_config(order->text))
		pmk_settings_make_folders(order->text);
	return pmk_new_file_act(order, fd);
}

/* Nothing but the file that the program was given is told of. */
static int doctor(struct pmk_order *order, int *fd)
{
	snprintf(order->text, sizeof order->text, "%s", writes.named);
	return pmk_steer_doctor_act(order, fd);
}

#ifdef PMK_HAVE_PAGE
static int own_new(struct pmk_order *order, int *fd)
{
	return pmk_own_new_act(writes.backdrops, order, fd);
}

static int own_rename(struct pmk_order *order, int *fd)
{
	return pmk_own_rename_act(writes.backdrops, order);
}

static int own_remove(struct pmk_order *order, int *fd)
{
	return pmk_own_unlink_act(writes.backdrops, order);
}
#endif

static const pmk_start_act acts[PMK_STARTS] = {
	[PMK_START_HELPER] = pmk_sandbox_start_act,
	[PMK_START_DOCTOR] = doctor,
	[PMK_START_CAMERAS] = pmk_steer_cameras_act,
	[PMK_START_BROWSER] = pmk_browser_act,
	[PMK_START_LISTEN] = pmk_page_listen_act,
	[PMK_START_HOLDERS] = pmk_holders_act,
	[PMK_START_FILE] = new_file,
	[PMK_START_FILE_KEEP] = pmk_new_file_keep_act,
	[PMK_START_FILE_DROP] = pmk_new_file_drop_act,
#ifdef PMK_HAVE_PAGE
	[PMK_START_OWN_NEW] = own_new,
	[PMK_START_OWN_RENAME] = own_rename,
	[PMK_START_OWN_REMOVE] = own_remove,
#endif
};

static void choose_config(const struct pmk_settings *settings)
{
	memcpy(writes.named, settings->config, sizeof writes.named);
	memcpy(writes.backdrops, settings->backdrop_folder, sizeof writes.backdrops);
	if (settings->config[0])
		memcpy(writes.config, settings->config, sizeof writes.config);
	else
		(void)!pmk_settings_default_file(writes.config); /* it may yet be made */
}

/* The lock is of folders that are there. */
static void make_own_folders(const struct pmk_settings *settings, char runtime[PATH_MAX], char backdrops[PATH_MAX])
{
	const char *folder = getenv("XDG_RUNTIME_DIR");

	runtime[0] = backdrops[0] = '\0';
	if (!pmk_socket_no_place() && snprintf(runtime, PATH_MAX, "%s/potemkin", folder) < PATH_MAX)
		mkdir(runtime, 0700);
#ifdef PMK_HAVE_PAGE
	if (settings->backdrop_folder[0]) /* one that the user named may be misspelt */
		(void)!pmk_own_folder(settings->backdrop_folder, backdrops);
	else if (pmk_own_make_folder("", backdrops))
		pmk_debug("%s: not made", backdrops);
#endif
}

static int judge(unsigned taken, enum pmk_sandboxed asked)
{
	static const char *const parts[] = { "", "seccomp", "Landlock", "seccomp and Landlock" };
	unsigned missing = PMK_GUARD_ALL & ~taken;

	if (!missing)
		return 0;
	pmk_log(asked == PMK_SANDBOX_ON ? PMK_LOG_ERROR : PMK_LOG_DEBUG, PMK_CURE_NONE, NULL,
		"the program is not locked in by %s: this kernel, the settings of a service or container, or this "
		"build are without",
		parts[missing]);
	return asked == PMK_SANDBOX_ON ? -ENOSYS : 0;
}

int pmk_live_lock(const struct pmk_settings *settings, const struct pmk_pipeline_settings *resolved)
{
	char runtime[PATH_MAX], backdrops[PATH_MAX];
	const char *folders[] = { runtime, backdrops, NULL };
	int err;

	if (settings->sandbox == PMK_SANDBOX_OFF)
		return 0;
	choose_config(settings);
	writes.outputs = resolved;
	make_own_folders(settings, runtime, backdrops);
	err = pmk_starter_create(acts);
	if (err) {
		pmk_error("the process that starts others cannot be made: %s", strerror(-err));
		return err;
	}
	return judge(pmk_guard_lock(folders), settings->sandbox);
}
