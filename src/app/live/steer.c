/* SPDX-License-Identifier: MIT */
#include "app/live/steer.h"

#include "app/live/browser.h"
#include "app/machine/child.h"
#include "app/origin.h"
#include "base/log.h"
#include "settings/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int reread(void *user, const char *profile, const struct pmk_source_names *in_use, const bool *saved,
	struct pmk_settings *fresh)
{
	const struct pmk_options *options = user;

	enum pmk_exit code = pmk_options_reload(options, profile, in_use, saved, fresh);

	return code == PMK_EXIT_OK ? 0 : code == PMK_EXIT_USAGE ? -EINVAL : -EIO;
}

static void name_lines(void *user, bool on)
{
	if (on)
		pmk_origin_begin_again(user);
	else
		pmk_origin_end_again();
}

/* A file that is being written must not become an input. */
static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	return pmk_inputs_spare_change(now, wanted) == 0;
}

/* The program itself, wherever its file is by now. */
static int start(struct pmk_order *order, const char *const argv[], int *fd)
{
	int fds[2], err;
	pid_t pid = 0;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return order->result = -errno;
	err = pmk_child_spawn("/proc/self/exe", argv, fds[1], false, &pid);
	close(fds[1]);
	if (err)
		close(fds[0]);
	else
		*fd = fds[0];
	order->number = pid;
	return order->result = err;
}

int pmk_steer_doctor_act(struct pmk_order *order, int *fd)
{
	const char *const named[] = { "potemkin", "--config", order->text, "doctor", "--json", NULL };
	static const char *const usual[] = { "potemkin", "doctor", "--json", NULL };

	return start(order, *order->text ? named : usual, fd);
}

int pmk_steer_cameras_act(struct pmk_order *order, int *fd)
{
	static const char *const argv[] = { "potemkin", "--config", "/dev/null", "list", "cameras", "--json", NULL };

	return start(order, argv, fd);
}

static int examine(void *user, enum pmk_examination what, pid_t *pid)
{
	bool machine = what == PMK_EXAMINE_MACHINE;
	struct pmk_order order = { .what = machine ? PMK_START_DOCTOR : PMK_START_CAMERAS };
	const struct pmk_options *options = user;
	int fd;

	snprintf(order.text, sizeof order.text, "%s", options->settings.config);
	fd = pmk_starter_open(&order, machine ? pmk_steer_doctor_act : pmk_steer_cameras_act);
	if (fd < 0)
		pmk_error_cure(pmk_starter_cure(fd), "this machine cannot be examined: %s", pmk_starter_reason(fd));
	*pid = order.number;
	return fd;
}

static int show(void *user, const char *address)
{
	return pmk_browser_open(address);
}

struct pmk_control_host pmk_steer_host(const struct pmk_options *options)
{
	return (struct pmk_control_host){ .reread = reread,
		.name_lines = name_lines,
		.allows = allows,
		.examine = examine,
		.open = show,
		.user = (void *)options };
}
