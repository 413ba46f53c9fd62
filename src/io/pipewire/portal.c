/* SPDX-License-Identifier: MIT */
#include "io/pipewire/portal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "base/clock.h"
#include "base/log.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define OBJECT "/org/freedesktop/portal/desktop"
#define CAMERA "org.freedesktop.portal.Camera"
#define REQUEST "org.freedesktop.portal.Request"
#define TOKEN "potemkin"

static const uint64_t CALL_NS = 2 * PMK_S_NS; /* limit of each call; the answer of the person comes as a signal */

enum answer { YES, NO, NONE, WAITING }; /* the portal sends the first three */

static int open_bus(sd_bus **bus)
{
	int err = sd_bus_open_user(bus);

	if (err < 0)
		return err;
	return sd_bus_set_method_call_timeout(*bus, CALL_NS / 1000);
}

/* Convert the error of a failed call. A call that timed out must not become -ETIMEDOUT, which means that the person did
 * not answer. */
static int fault(const char *what, int err, const sd_bus_error *error)
{
	pmk_debug("portal: %s: %s", what, error && error->message ? error->message : strerror(-err));
	if (error &&
		(sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
			sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_METHOD) ||
			sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_INTERFACE)))
		return -ENOENT;
	if (error && sd_bus_error_has_name(error, "org.freedesktop.portal.Error.NotAllowed"))
		return -EACCES;
	return err == -EACCES || err == -EPERM ? -EACCES : err == -ENOMEM ? err : -EIO;
}

bool pmk_portal_has_camera(void)
{
	sd_bus *bus = NULL;
	int present = 0, err = open_bus(&bus);

	if (err >= 0)
		err = sd_bus_get_property_trivial(bus, PORTAL, OBJECT, CAMERA, "IsCameraPresent", NULL, 'b', &present);
	if (err < 0)
		pmk_debug("portal: IsCameraPresent: %s", strerror(-err));
	sd_bus_flush_close_unref(bus);
	return err >= 0 && present;
}

static int on_response(sd_bus_message *message, void *user, sd_bus_error *error)
{
	enum answer *answer = user;
	uint32_t code;

	if (sd_bus_message_read(message, "u", &code) <= 0)
		code = NONE; /* an answer of another kind is none that lets us in */
	*answer = code == 0 ? YES : code == 1 ? NO : NONE;
	return 0;
}

/* Predict the path of the request, which follows from our name on the bus. It is known before the call, so the answer
 * cannot come before we listen. */
static int name_request(sd_bus *bus, char *path, size_t size)
{
	const char *name;
	int err = sd_bus_get_unique_name(bus, &name);

	if (err < 0)
		return err;
	snprintf(path, size, OBJECT "/request/%s/" TOKEN, name + (*name == ':'));
	for (char *c = path; *c; c++)
		*c = *c == '.' ? '_' : *c;
	return 0;
}

static int wait_for_answer(sd_bus *bus, const enum answer *answer, uint64_t deadline_ns)
{
	while (*answer == WAITING) {
		uint64_t now = pmk_clock_now_ns();
		int err = sd_bus_process(bus, NULL);

		if (err < 0)
			return err;
		if (err > 0)
			continue;
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		err = sd_bus_wait(bus, (deadline_ns - now) / 1000 + 1);
		if (err < 0 && err != -EINTR)
			return err;
	}
	return 0;
}

static int ask(sd_bus *bus, uint64_t deadline_ns)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	enum answer answer = WAITING;
	sd_bus_slot *slot = NULL;
	char path[200];
	int err = name_request(bus, path, sizeof(path));

	if (err >= 0)
		err = sd_bus_match_signal(bus, &slot, PORTAL, path, REQUEST, "Response", on_response, &answer);
	if (err >= 0)
		err = sd_bus_call_method(bus, PORTAL, OBJECT, CAMERA, "AccessCamera", &error, NULL, "a{sv}", 1,
			"handle_token", "s", TOKEN);
	if (err < 0)
		err = fault("AccessCamera", err, &error);
	else if ((err = wait_for_answer(bus, &answer, deadline_ns)) == -ETIMEDOUT)
		sd_bus_call_method(bus, PORTAL, path, REQUEST, "Close", NULL, NULL, NULL);
	else if (err < 0)
		err = fault("Response", err, NULL);
	else
		err = answer == YES ? 0 : answer == NO ? -EACCES : -EIO;
	sd_bus_slot_unref(slot);
	sd_bus_error_free(&error);
	return err;
}

/* Libpipewire may talk to a socket only. A descriptor of anything else would be read and written all the same. */
static bool is_socket(int fd)
{
	int domain = 0;
	socklen_t size = sizeof domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/* The message owns its descriptor, so the caller gets a duplicate. */
static int open_remote(sd_bus *bus, int *fd)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int lent,
		err = sd_bus_call_method(bus, PORTAL, OBJECT, CAMERA, "OpenPipeWireRemote", &error, &reply, "a{sv}", 0);

	if (err >= 0)
		err = sd_bus_message_read(reply, "h", &lent);
	if (err >= 0) {
		lent = is_socket(lent) ? fcntl(lent, F_DUPFD_CLOEXEC, 3) : (errno = EBADMSG, -1);
		err = lent < 0 ? -errno : 0;
	}
	if (err >= 0)
		*fd = lent;
	else
		err = fault("OpenPipeWireRemote", err, &error);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return err;
}

int pmk_portal_open_cameras(uint64_t deadline_ns, int *fd)
{
	sd_bus *bus = NULL;
	int err = open_bus(&bus);

	if (err < 0) {
		pmk_debug("portal: no session bus: %s", strerror(-err));
		err = -ENOENT;
	}
	if (err >= 0)
		err = ask(bus, deadline_ns);
	if (err >= 0)
		err = open_remote(bus, fd);
	sd_bus_flush_close_unref(bus);
	return err < 0 ? err : 0;
}
