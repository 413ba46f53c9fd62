/* SPDX-License-Identifier: MIT */
#include "app/live/steer.h"

#include "app/files/film.h"
#include "app/live/browser.h"
#include "app/machine/child.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int reread(void *user, const char *profile, const struct pmk_source_names *in_use, struct pmk_settings *fresh)
{
	const struct pmk_options *options = user;

	enum pmk_exit code = pmk_options_reload(options, profile, in_use, fresh);

	return code == PMK_EXIT_OK ? 0 : code == PMK_EXIT_USAGE ? -EINVAL : -EIO;
}

/* A file that is being written must not become the camera or the backdrop. */
static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	const struct pmk_pipeline_settings *p = &now->pipeline;

	for (int i = 0; i < p->output_count; i++) {
		if (pmk_film_would_overwrite(
			    &wanted->pipeline, pmk_film_path(wanted->pipeline.camera), pmk_film_path(p->outputs[i])))
			return false;
	}
	return true;
}

/* The program itself, wherever its file is by now. */
static int examine(void *user, enum pmk_examination what, pid_t *pid)
{
	const struct pmk_options *options = user;
	const char *const named[] = { "potemkin", "--config", options->settings.config, "doctor", "--json", NULL };
	static const char *const usual[] = { "potemkin", "doctor", "--json", NULL };
	static const char *const cameras[] = { "potemkin", "--config", "/dev/null", "list", "cameras", "--json", NULL };
	const char *const *doctor = options->settings.config[0] ? named : usual;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	err = pmk_child_spawn("/proc/self/exe", what == PMK_EXAMINE_MACHINE ? doctor : cameras, fds[1], false, pid);
	close(fds[1]);
	if (!err)
		return fds[0];
	close(fds[0]);
	pmk_error("this machine cannot be examined: %s", strerror(-err));
	return err;
}

static int show(void *user, const char *address)
{
	return pmk_browser_open(address);
}

struct pmk_control_host pmk_steer_host(const struct pmk_options *options)
{
	return (struct pmk_control_host){
		.reread = reread, .allows = allows, .examine = examine, .open = show, .user = (void *)options
	};
}
