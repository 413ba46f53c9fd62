/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include "base/clock.h"
#include "base/words/phrase.h"
#include "control/control_parts.h"
#include "control/page/page.h"
#include "control/socket.h"
#include "control/tray/tray.h"
#include "media/media.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t END_NS = 400 * PMK_MS_NS, /* for a change that is being made */
	REST_NS = 100 * PMK_MS_NS;

enum { TICK_MS = 1000 };

/* --- changes --- */

void pmk_control_name_changes(
	const struct pmk_settings *a, const struct pmk_settings *b, bool live, char text[PMK_CONTROL_CHANGES])
{
	char value[PMK_SPEC];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < pmk_settings_count && used < PMK_CONTROL_CHANGES; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (live != (bool)(s->flags & PMK_SETTING_LIVE) || pmk_setting_equal(s, a, b))
			continue;
		pmk_setting_print(s, b, 0, value);
		used += (size_t)snprintf(text + used, PMK_CONTROL_CHANGES - used, "%s%s %s", used ? ", " : "", s->name,
			value[0] ? value : "none");
		for (int k = 1;
			used < PMK_CONTROL_CHANGES && s->flags & PMK_SETTING_LIST && pmk_setting_print(s, b, k, value);
			k++)
			used += (size_t)snprintf(text + used, PMK_CONTROL_CHANGES - used, " %s", value);
	}
}

static void take(struct pmk_control *c, char changes[PMK_CONTROL_CHANGES])
{
	pmk_control_name_changes(&c->settings, &c->fresh, true, changes);
	pmk_settings_take_live(&c->settings, &c->fresh);
	c->settings.in_use = c->fresh.in_use;
	c->settings.pipeline.generation = c->fresh.pipeline.generation;
	c->settings.pipeline.by_camera = c->fresh.pipeline.by_camera;
	c->refused = (struct pmk_source_names){ 0 };
	c->changed_ns = pmk_clock_now_ns();
}

/* Even where nothing differs: an earlier change may have been made in part. */
int pmk_control_change(struct pmk_control *c, char changes[PMK_CONTROL_CHANGES], char why[PMK_LOG_LINE])
{
	enum pmk_part part = PMK_PART_NONE;
	int err;

	pmk_log_overhear(why);
	err = c->host.allows(c->host.user, &c->settings, &c->fresh) ?
		pmk_pipeline_apply(c->pipeline, &c->fresh.pipeline, &part) :
		-EINVAL;
	pmk_log_overhear(NULL);
	pmk_media_forget();
	if (!err)
		take(c, changes);
	if (err == -ETIMEDOUT) { /* the camera's part may have been applied: say so, and apply all of it next time */
		c->unsure = true;
		c->settings.pipeline.generation = c->fresh.pipeline.generation;
	}
	if (!err) {
		c->unsure = false;
		pmk_control_keep_ready(c);
	}
	if ((err == -EPERM && part == PMK_PART_SCENE) || (err == -EINVAL && part == PMK_PART_NONE))
		return PMK_EXIT_USAGE;
	return (int)pmk_exit_of(part, err, c->fresh.pipeline.camera);
}

void pmk_control_pause(struct pmk_control *c, bool pause)
{
	c->changed_ns = pmk_clock_now_ns(); /* before: a cover of the pause may be made at once */
	pmk_pipeline_pause(c->pipeline, pause);
}

static void name_lines(const struct pmk_control *c, bool on)
{
	if (c->host.name_lines)
		c->host.name_lines(c->host.user, on);
}

int pmk_control_reread(struct pmk_control *c, const char *profile, char why[PMK_LOG_LINE])
{
	char live[PMK_CONTROL_CHANGES] = "", fixed[PMK_CONTROL_CHANGES], before[PMK_SPEC];
	struct pmk_source_names in_use;
	unsigned generation = pmk_pipeline_camera(c->pipeline, &in_use);
	int code, err;

	pmk_log_overhear(why);
	err = c->host.reread(c->host.user, profile, &in_use, c->saved, &c->fresh);
	pmk_log_overhear(NULL);
	if (err)
		return err == -EINVAL ? PMK_EXIT_USAGE : PMK_EXIT_INPUT;
	c->fresh.pipeline.generation = generation;
	c->fresh.pipeline.scene.renew_backdrop = c->fresh.pipeline.scene.renew_overlay = PMK_RENEW_OR_KEEP;
	memcpy(before, c->settings.profile, sizeof before);
	memcpy(c->settings.profile, c->fresh.profile, sizeof c->settings.profile);
	pmk_control_name_changes(&c->settings, &c->fresh, false, fixed);
	name_lines(c, true);
	code = pmk_control_change(c, live, why);
	name_lines(c, false);
	if (code) {
		memcpy(c->settings.profile, before, sizeof before);
		return code;
	}
	pmk_info("configuration read again; %s%s", live[0] ? "changed: " : "nothing changed", live);
	if (fixed[0])
		pmk_warn("these settings take effect at the next start: %s", fixed);
	pmk_control_tell(c, "settings");
	return 0;
}

/* --- the page --- */

int pmk_control_open_page(struct pmk_control *c, int port)
{
	return c->page ? 0 : pmk_page_start(c, c->pipeline, port, c->settings.backdrop_folder, &c->page);
}

/* --- who is connected --- */

static bool is_subscribed(const struct pmk_control *c)
{
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++) {
		if (c->clients[i].subscribed)
			return true;
	}
	return false;
}

bool pmk_control_wants_figures(const struct pmk_control *c)
{
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++) {
		if (c->clients[i].figures)
			return true;
	}
	return false;
}

void pmk_control_tell(struct pmk_control *c, const char *event)
{
	bool figures = strcmp(event, "figures") == 0;
	cJSON *message;

	if (!is_subscribed(c))
		return;
	message = cJSON_CreateObject();
	cJSON_AddStringToObject(message, "event", event);
	cJSON_AddItemToObject(message, "status", pmk_control_status(c));
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++) {
		if (figures ? c->clients[i].figures : c->clients[i].subscribed)
			pmk_client_send(&c->clients[i], message);
	}
	cJSON_Delete(message);
}

/* One request of each client in a round, so that none holds up the others. True: it has sent more. */
static bool hear(struct pmk_control *c, struct pmk_client *client)
{
	const char *line = pmk_client_line(client);

	pmk_log_answer(true);
	if (line)
		pmk_control_answer(c, client, line);
	pmk_log_answer(false);
	return line && pmk_client_has_line(client);
}

/* --- the thread --- */

enum { WAKE, STATE, LISTEN, AHEAD, FIRST, POLLED = FIRST + PMK_CONTROL_CLIENTS };

/* poll() skips descriptors that are -1. It takes no more of them than may be open at a time, so those behind the last
 * client are left out. Should it fail none the less, it would do so again at once. */
static void wait(struct pmk_control *c, struct pollfd fds[POLLED], bool more)
{
	bool tick = pmk_control_wants_figures(c) || (c->stands_by && c->ahead < 0) || c->accept_fails;
	nfds_t count = FIRST;

	fds[WAKE] = (struct pollfd){ .fd = c->wake_fd, .events = POLLIN };
	fds[STATE] = (struct pollfd){ .fd = pmk_pipeline_changes_fd(c->pipeline), .events = POLLIN };
	fds[LISTEN] = (struct pollfd){ .fd = c->accept_fails ? -1 : c->listening, .events = POLLIN };
	fds[AHEAD] = (struct pollfd){ .fd = c->ahead, .events = POLLIN };
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++) {
		fds[FIRST + i] = (struct pollfd){ .fd = c->clients[i].fd, .events = POLLIN };
		if (c->clients[i].fd >= 0)
			count = FIRST + (nfds_t)i + 1;
	}
	if (poll(fds, count, more ? 0 : tick ? TICK_MS : -1) >= 0)
		return;
	if (errno != EINTR)
		pmk_clock_sleep_until(pmk_clock_now_ns() + REST_NS);
	for (int i = 0; i < POLLED; i++)
		fds[i].revents = 0;
}

static void tell_news(struct pmk_control *c, bool state)
{
	bool due = pmk_control_wants_figures(c) && pmk_clock_now_ns() - c->last.at_ns >= TICK_MS * PMK_MS_NS;

	if (due)
		pmk_control_sample(c);
	if (state || due)
		pmk_control_tell(c, state ? "state" : "figures");
}

static void serve_page(struct pmk_control *c)
{
	char address[PMK_PAGE_ADDRESS];

	if (c->settings.preview < 0 || pmk_control_open_page(c, c->settings.preview))
		return;
	pmk_page_address(c->page, address);
	pmk_info("the page is at %s (this address works once)", address);
}

static void *control_main(void *arg)
{
	struct pmk_control *c = arg;
	struct pollfd fds[POLLED];
	char why[PMK_LOG_LINE];
	eventfd_t count;
	bool more = false;

	serve_page(c);
	while (!atomic_load(&c->stopping)) {
		wait(c, fds, more);
		more = false;
		if (fds[WAKE].revents)
			eventfd_read(c->wake_fd, &count);
		if (fds[STATE].revents) {
			eventfd_read(fds[STATE].fd, &count);
			pmk_control_follow_camera(c);
			pmk_control_keep_ready(c);
		}
		if (atomic_exchange(&c->reload, false))
			(void)pmk_control_reread(c, c->settings.profile, why); /* it is in the log */
		pmk_control_take_arrivals(c);
		pmk_control_stand_by(c, fds[AHEAD].revents != 0);
		if (fds[LISTEN].revents || c->accept_fails)
			pmk_control_accept(c);
		for (int i = 0; i < PMK_CONTROL_CLIENTS && !atomic_load(&c->stopping); i++) {
			if (fds[FIRST + i].revents || pmk_client_has_line(&c->clients[i]))
				more |= hear(c, &c->clients[i]);
		}
		tell_news(c, fds[STATE].revents != 0);
	}
	return NULL;
}

/* --- create, destroy --- */

/* Connections first: the page's threads may be waiting for an answer, which does not come any more. */
static void release(struct pmk_control *c)
{
	pmk_control_take_arrivals(c);
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++)
		pmk_client_close(&c->clients[i]);
	pmk_page_stop(c->page);
	cJSON_Delete(c->findings);
	if (c->listening >= 0)
		pmk_socket_remove(c->listening);
	if (c->ahead >= 0)
		close(c->ahead);
	if (c->spare_fd >= 0)
		close(c->spare_fd);
	close(c->wake_fd);
	close(c->quit_fd);
	pthread_mutex_destroy(&c->arrivals_lock);
	free(c);
}

int pmk_control_create(const struct pmk_control_host *host, const struct pmk_settings *settings,
	struct pmk_pipeline *pipeline, bool listen, struct pmk_control **control)
{
	struct pmk_control *c = calloc(1, sizeof *c);

	if (!c) {
		pmk_error("not enough memory");
		return -ENOMEM;
	}
	c->host = *host;
	c->settings = *settings;
	c->pipeline = pipeline;
	c->listens = listen;
	c->listening = c->ahead = c->spare_fd = -1;
	pthread_mutex_init(&c->arrivals_lock, NULL);
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++)
		c->clients[i].fd = -1;
	c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->quit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->wake_fd < 0 || c->quit_fd < 0) {
		int err = -errno;

		pmk_error("the control thread cannot be prepared: %s", strerror(-err));
		release(c);
		return err;
	}
	pmk_control_keep_spare(c);
	if (pmk_socket_group(settings->control_group, &c->group))
		pmk_warn("there is no group \"%s\"; only this program's own user can control it",
			pmk_short(settings->control_group, 60).text);
	*control = c;
	return 0;
}

int pmk_control_start(struct pmk_control *c)
{
	int err;

	if (c->listens)
		pmk_control_listen(c);
	err = pmk_thread_start(&c->thread, control_main, c);
	if (err)
		pmk_error("cannot start a thread: %s", strerror(-err));
	else if (c->listens) /* the program goes on without it */
		pmk_tray_start(c, &c->host, c->settings.backdrop_folder, c->settings.tray, &c->tray);
	return err;
}

void pmk_control_reload(struct pmk_control *c)
{
	atomic_store(&c->reload, true);
	eventfd_write(c->wake_fd, 1);
}

int pmk_control_quit_fd(const struct pmk_control *c)
{
	return c->quit_fd;
}

int pmk_control_destroy(struct pmk_control *c)
{
	struct timespec until = pmk_thread_deadline(END_NS);

	if (!c)
		return 0;
	atomic_store(&c->stopping, true);
	eventfd_write(c->wake_fd, 1);
	if (pmk_thread_join(&c->thread, &until))
		return -ETIMEDOUT;
	until = pmk_thread_deadline(END_NS);
	if (pmk_tray_stop(c->tray, &until))
		return -ETIMEDOUT;
	release(c);
	return 0;
}
