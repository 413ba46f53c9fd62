/* SPDX-License-Identifier: MIT */
/* The program as the desktop's launcher sees it: org.freedesktop.Application. Each call is answered when the order has
 * been carried out, or refused with its reason. */
#include "base/words/phrase.h"
#include "control/tray/tray_parts.h"

#include <errno.h>
#include <string.h>

/* Commands that an action of the desktop entry may name. */
static const char *const actions[] = { "pause", "resume", "next", "page", "quit" };

static int order(struct pmk_tray *t, const char *command, const char *arg, sd_bus_message *call, sd_bus_error *error)
{
	int err = pmk_tray_order(t, command, arg, call);

	if (err == -EBUSY)
		return sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED, "too many calls wait");
	return err ? err : 1; /* sd-bus takes 0 for "not mine" */
}

static int on_activate(sd_bus_message *call, void *user, sd_bus_error *error)
{
	return order(user, "page", NULL, call, error);
}

static int on_open(sd_bus_message *call, void *user, sd_bus_error *error)
{
	char path[PMK_SPEC];
	const char *uri;
	int got = sd_bus_message_enter_container(call, 'a', "s");

	if (got >= 0)
		got = sd_bus_message_read(call, "s", &uri);
	if (got < 0)
		return got;
	if (!got || pmk_tray_path(uri, path))
		return sd_bus_error_set(
			error, SD_BUS_ERROR_INVALID_ARGS, "give the file: URI of a picture or film on this machine");
	return order(user, "backdrop", path, call, error);
}

/* The first parameter of an action, if it is a string. */
static int read_parameter(sd_bus_message *call, const char **parameter)
{
	int got = sd_bus_message_enter_container(call, 'a', "v");

	*parameter = NULL;
	if (got > 0)
		got = sd_bus_message_enter_container(call, 'v', "s");
	if (got > 0)
		got = sd_bus_message_read(call, "s", parameter);
	return got;
}

static int on_action(sd_bus_message *call, void *user, sd_bus_error *error)
{
	const char *name, *parameter;
	int err = sd_bus_message_read(call, "s", &name);

	if (err < 0)
		return err;
	if (strcmp(name, "backdrop") == 0) {
		if (read_parameter(call, &parameter) < 0 || !parameter)
			return sd_bus_error_set(
				error, SD_BUS_ERROR_INVALID_ARGS, "the action takes the name of a backdrop, a string");
		return order(user, "backdrop", parameter, call, error);
	}
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i], name) == 0)
			return order(user, name, NULL, call, error);
	}
	return sd_bus_error_setf(
		error, SD_BUS_ERROR_INVALID_ARGS, "there is no action \"%s\"", pmk_short(name, 60).text);
}

static const sd_bus_vtable application[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Activate", "a{sv}", "", on_activate, 0),
	SD_BUS_METHOD("Open", "asa{sv}", "", on_open, 0),
	SD_BUS_METHOD("ActivateAction", "sava{sv}", "", on_action, 0),
	SD_BUS_VTABLE_END,
};

int pmk_tray_add_application(struct pmk_tray *t)
{
	return sd_bus_add_object_vtable(
		t->bus, NULL, PMK_TRAY_APPLICATION, "org.freedesktop.Application", application, t);
}
