/* SPDX-License-Identifier: MIT */
#include "control/tray/tray.h"

#include "base/log.h"
#include "base/num.h"
#include "control/tray/tray_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WATCHER "org.kde.StatusNotifierWatcher"

static const uint64_t RETRY_NS = 10 * PMK_S_NS, PROBE_NS = PMK_S_NS;

enum { AT_ONCE = 64 }; /* messages of the bus, before anything else is looked at */

/* --- the bus --- */

static int ignore(sd_bus_message *answer, void *user, sd_bus_error *error)
{
	return 0;
}

/* Tell the panel of the icon, if there is one. */
static int register_item(struct pmk_tray *t)
{
	sd_bus_message *call = NULL;
	const char *name = NULL;
	int err = sd_bus_message_new_method_call(
		t->bus, &call, WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisterStatusNotifierItem");

	if (err >= 0)
		err = sd_bus_message_set_auto_start(call, false);
	if (err >= 0)
		err = sd_bus_get_unique_name(t->bus, &name);
	if (err >= 0)
		err = sd_bus_message_append(call, "s", name);
	if (err >= 0)
		err = sd_bus_call_async(t->bus, NULL, call, ignore, t, 0);
	sd_bus_message_unref(call);
	return err;
}

/* A panel has come, or has gone: then the new owner is "". */
static int on_watcher(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	const char *name, *before, *after;

	if (sd_bus_message_read(signal, "sss", &name, &before, &after) >= 0 && *after)
		register_item(user);
	return 0;
}

/* By now the bus has told that it knows us, so there is a name to register with. */
static int on_match(sd_bus_message *answer, void *user, sd_bus_error *error)
{
	register_item(user);
	return 0;
}

static int seek_watcher(struct pmk_tray *t)
{
	int err = pmk_tray_add_item(t);

	if (err >= 0)
		err = pmk_tray_add_menu(t);
	if (err >= 0)
		err = sd_bus_add_match_async(t->bus, NULL,
			"type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
			"interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" WATCHER "'",
			on_watcher, on_match, t);
	return err;
}

static void disconnect(struct pmk_tray *t)
{
	pmk_tray_drop_calls(t);
	if (t->bus)
		sd_bus_close(t->bus); /* without a flush, which would wait for a bus that does not read */
	t->bus = sd_bus_unref(t->bus);
	t->retry_ns = pmk_clock_now_ns() + RETRY_NS;
}

/* Another instance may have the name; it goes to this one when that one ends. */
static void connect_bus(struct pmk_tray *t)
{
	int err = sd_bus_open_user(&t->bus);

	if (err >= 0)
		err = pmk_tray_add_application(t);
	if (err >= 0)
		err = sd_bus_request_name_async(t->bus, NULL, PMK_TRAY_NAME, SD_BUS_NAME_QUEUE, ignore, t);
	if (err >= 0 && t->icon)
		err = seek_watcher(t);
	if (err >= 0)
		return;
	if (!t->retry_ns) /* said once */
		pmk_debug("no session bus: %s", strerror(-err));
	disconnect(t);
	if (err == -ENOMEDIUM) /* the environment names none */
		t->retry_ns = UINT64_MAX;
}

static void work_bus(struct pmk_tray *t)
{
	int more = 1;

	for (int i = 0; i < AT_ONCE && more > 0 && !atomic_load(&t->stopping); i++)
		more = sd_bus_process(t->bus, NULL);
	if (more < 0) {
		pmk_debug("the session bus is lost: %s", strerror(-more));
		disconnect(t);
	}
}

/* --- the thread --- */

enum { WAKE, LINK, BUS, POLLED };

/* When something is due without an event, CLOCK_MONOTONIC. */
static uint64_t next_ns(struct pmk_tray *t)
{
	uint64_t us = UINT64_MAX;

	if (!t->bus)
		return t->retry_ns;
	if (sd_bus_get_timeout(t->bus, &us) < 0 || us >= UINT64_MAX / 1000)
		return UINT64_MAX;
	return us * 1000;
}

static void wait_for_event(struct pmk_tray *t, struct pollfd fds[POLLED])
{
	uint64_t now = pmk_clock_now_ns(), next = next_ns(t), ms = next <= now ? 0 : (next - now) / PMK_MS_NS + 1;
	int events = t->bus ? sd_bus_get_events(t->bus) : 0;

	fds[WAKE] = (struct pollfd){ .fd = t->wake_fd, .events = POLLIN };
	fds[LINK] = (struct pollfd){ .fd = t->link, .events = POLLIN };
	fds[BUS] = (struct pollfd){ .fd = t->bus ? sd_bus_get_fd(t->bus) : -1, .events = (short)pmk_max(events, 0) };
	if (poll(fds, POLLED, next == UINT64_MAX ? -1 : (int)pmk_min_u64(ms, 3600 * 1000)) < 0)
		fds[WAKE].revents = fds[LINK].revents = fds[BUS].revents = 0;
}

static void *tray_main(void *arg)
{
	struct pmk_tray *t = arg;
	struct pollfd fds[POLLED];

	while (!atomic_load(&t->stopping)) {
		if (!t->bus && pmk_clock_now_ns() >= t->retry_ns)
			connect_bus(t);
		wait_for_event(t, fds);
		if (fds[LINK].revents && !pmk_tray_hear(t))
			break;
		if (t->bus)
			work_bus(t);
	}
	disconnect(t);
	return NULL;
}

/* --- start, stop --- */

static void destroy(struct pmk_tray *t)
{
	pmk_gallery_free(&t->gallery);
	if (t->link >= 0)
		close(t->link);
	if (t->wake_fd >= 0)
		close(t->wake_fd);
	free(t->line);
	free(t);
}

static int prepare(struct pmk_tray *t, struct pmk_control *control)
{
	static const char subscribe[] = "{\"command\":\"subscribe\",\"args\":[\"changes\"]}\n";

	t->line = malloc(PMK_TRAY_LINE);
	if (!t->line)
		return -ENOMEM;
	t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->wake_fd < 0)
		return -errno;
	t->link = pmk_control_connect(control);
	if (t->link < 0)
		return t->link;
	if (write(t->link, subscribe, sizeof subscribe - 1) != sizeof subscribe - 1)
		return -EIO;
	return pmk_thread_start(&t->thread, tray_main, t);
}

int pmk_tray_start(struct pmk_control *control, const struct pmk_control_host *host, const char *folder, bool icon,
	struct pmk_tray **tray)
{
	struct pmk_tray *t = calloc(1, sizeof *t);
	int err;

	if (!t)
		return -ENOMEM;
	t->host = *host;
	t->icon = icon;
	t->wake_fd = t->link = -1;
	t->first_card = PMK_TRAY_FIRST_CARD;
	t->face = PMK_TRAY_COVERED;
	snprintf(t->folder, sizeof t->folder, "%s", folder);
	pmk_tray_draw_icons(t->face, t->icons);
	err = prepare(t, control);
	if (err) {
		pmk_warn("the desktop cannot be told of this program: %s", strerror(-err));
		destroy(t);
		return err;
	}
	*tray = t;
	return 0;
}

int pmk_tray_stop(struct pmk_tray *t, const struct timespec *until)
{
	if (!t)
		return 0;
	atomic_store(&t->stopping, true);
	eventfd_write(t->wake_fd, 1);
	if (pmk_thread_join(&t->thread, until))
		return -ETIMEDOUT;
	destroy(t);
	return 0;
}

/* --- whether there is a panel for it --- */

/* sd-bus itself gives a bus half a minute to say that it knows us. */
static int wait_until_ready(sd_bus *bus)
{
	uint64_t end = pmk_clock_now_ns() + PROBE_NS, now;
	int did;

	while (!sd_bus_is_ready(bus)) {
		did = sd_bus_process(bus, NULL);
		now = pmk_clock_now_ns();
		if (did < 0)
			return did;
		if (now >= end)
			return -ETIMEDOUT;
		if (!did)
			sd_bus_wait(bus, (end - now) / 1000 + 1);
	}
	return sd_bus_set_method_call_timeout(bus, PROBE_NS / 1000);
}

int pmk_tray_probe(void)
{
	sd_bus_message *answer = NULL;
	sd_bus *bus = NULL;
	int there = 0, err = sd_bus_open_user(&bus);

	if (err >= 0)
		err = wait_until_ready(bus);
	if (err >= 0)
		err = sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
			"NameHasOwner", NULL, &answer, "s", WATCHER);
	if (err >= 0)
		err = sd_bus_message_read(answer, "b", &there);
	sd_bus_message_unref(answer);
	if (bus)
		sd_bus_close(bus);
	sd_bus_unref(bus);
	return err < 0 ? err : there ? 0 : -ENOENT;
}
