/* SPDX-License-Identifier: MIT */
#include "core/status.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct pmk_status {
	int event_fd, changes_fd; /* const after create */
	pthread_mutex_t lock; /* protects what follows */
	enum pmk_state state;
	int error;
	enum pmk_part failed;
};

int pmk_status_create(struct pmk_status **status)
{
	struct pmk_status *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->changes_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->event_fd < 0 || s->changes_fd < 0) {
		int err = -errno;

		close(s->event_fd); /* -1 does no harm */
		close(s->changes_fd);
		free(s);
		return err;
	}
	s->state = PMK_STATE_OPENING;
	pthread_mutex_init(&s->lock, NULL);
	*status = s;
	return 0;
}

void pmk_status_destroy(struct pmk_status *s)
{
	if (!s)
		return;
	close(s->event_fd);
	close(s->changes_fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *pmk_status_name(enum pmk_state state)
{
	static const char *const names[] = { "idle", "opening", "live", "covered", "paused", "ended", "failed" };

	return names[state];
}

void pmk_status_set(struct pmk_status *s, enum pmk_state state)
{
	enum pmk_state before;

	pthread_mutex_lock(&s->lock);
	before = s->state;
	if (before != PMK_STATE_ENDED && before != PMK_STATE_FAILED)
		s->state = state;
	else
		state = before;
	pthread_mutex_unlock(&s->lock);
	if (before == state)
		return;
	pmk_debug("state: %s -> %s", pmk_status_name(before), pmk_status_name(state));
	eventfd_write(s->changes_fd, 1);
	if (state == PMK_STATE_ENDED || state == PMK_STATE_FAILED)
		eventfd_write(s->event_fd, 1);
}

enum pmk_state pmk_status_get(struct pmk_status *s)
{
	enum pmk_state state;

	pthread_mutex_lock(&s->lock);
	state = s->state;
	pthread_mutex_unlock(&s->lock);
	return state;
}

int pmk_status_fd(const struct pmk_status *s)
{
	return s->event_fd;
}

int pmk_status_changes_fd(const struct pmk_status *s)
{
	return s->changes_fd;
}

void pmk_status_nudge(struct pmk_status *s)
{
	eventfd_write(s->changes_fd, 1);
}

void pmk_status_note_error(struct pmk_status *s, enum pmk_part part, int error)
{
	pthread_mutex_lock(&s->lock);
	if (!s->error) {
		s->error = error;
		s->failed = part;
	}
	pthread_mutex_unlock(&s->lock);
}

int pmk_status_error(struct pmk_status *s, enum pmk_part *part)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = s->error;
	*part = s->failed;
	pthread_mutex_unlock(&s->lock);
	return err;
}
