/* SPDX-License-Identifier: MIT */
#include "io/v4l2/viewers.h"

#include "base/clock.h"
#include "io/v4l2/holders.h"
#include "io/v4l2/v4l2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* No public header of the driver has it; it came with 0.13. */
#define EVENT_CLIENT_USAGE (V4L2_EVENT_PRIVATE_START + 0x08e00000u + 1)

static const uint64_t STAY_NS = PMK_S_NS; /* a program that keeps the node open for this long does more than probe */
static const uint64_t CHECK_AGAIN_NS = 25 * PMK_MS_NS; /* while a program has only just opened the node */
static const uint64_t SURE_NS = 2 * PMK_S_NS; /* the driver is asked again this often, because events may be lost */

struct pmk_viewers {
	int fd; /* of the node */
	char path[64];
	bool told; /* the driver sends events, of streams */
	enum pmk_watch streams;
	uint64_t asked_ns;
	bool counts; /* openers are counted; what is below is for that */
	enum pmk_watch opened;
	int notify, timer, any; /* inotify, a timer, and epoll of both and of events; -1: none */
	int openers; /* how many others have opened the node and not closed it */
	bool early; /* somebody had it open before the counting began */
	uint64_t since_ns; /* since when it has been open without a break; 0: it is not open */
	bool rests;
	uint64_t stamp_ns; /* the newest in the resting ring */
};

/* --- from 0.13 on: the driver sends events of streams --- */

static int subscribe(struct pmk_viewers *v)
{
	struct v4l2_event_subscription wish = { .type = EVENT_CLIENT_USAGE, .flags = V4L2_EVENT_SUB_FL_SEND_INITIAL };

	v->asked_ns = pmk_clock_now_ns();
	return pmk_v4l2_kernel.ioctl(v->fd, VIDIOC_SUBSCRIBE_EVENT, &wish);
}

/* Only a new subscription makes the driver send the present state. */
static void ask_again(struct pmk_viewers *v)
{
	struct v4l2_event_subscription wish = { .type = EVENT_CLIENT_USAGE };

	if (pmk_clock_now_ns() - v->asked_ns < SURE_NS)
		return;
	pmk_v4l2_kernel.ioctl(v->fd, VIDIOC_UNSUBSCRIBE_EVENT, &wish);
	if (subscribe(v) < 0)
		v->streams = PMK_WATCH_UNKNOWN;
}

static void take_events(struct pmk_viewers *v)
{
	struct v4l2_event event;
	uint32_t count;

	memset(&event, 0, sizeof(event));
	while (pmk_v4l2_kernel.ioctl(v->fd, VIDIOC_DQEVENT, &event) >= 0) {
		if (event.type != EVENT_CLIENT_USAGE)
			continue;
		memcpy(&count, &event.u, sizeof(count));
		v->streams = count ? PMK_WATCH_SOMEBODY : PMK_WATCH_NOBODY;
	}
}

/* --- before 0.14: openers are counted --- */

static void note_others(struct pmk_viewers *v)
{
	struct pmk_holder holder;

	v->early = pmk_holders_find("", v->path, &holder, 1) > 0;
}

static void count_event(struct pmk_viewers *v, uint32_t mask)
{
	if (mask & IN_OPEN)
		v->openers++;
	else if (mask & IN_CLOSE && v->openers > 0)
		v->openers--;
	else if (mask & (IN_CLOSE | IN_Q_OVERFLOW))
		note_others(v);
	if (mask & IN_Q_OVERFLOW)
		v->openers = 0;
}

static void count_openers(struct pmk_viewers *v)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size;

	while ((size = read(v->notify, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct inotify_event *event = (const struct inotify_event *)(buffer + at);

			count_event(v, event->mask);
			if (!v->openers && !v->early)
				v->since_ns = 0; /* even if the next program follows within this very read */
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}

static void set_timer(struct pmk_viewers *v, uint64_t after_ns)
{
	struct itimerspec when = { .it_value = pmk_clock_timespec(after_ns) };
	uint64_t expired;

	while (read(v->timer, &expired, sizeof(expired)) > 0)
		;
	timerfd_settime(v->timer, 0, &when, NULL);
}

static enum pmk_watch judge_openers(struct pmk_viewers *v)
{
	uint64_t now = pmk_clock_now_ns();

	if (!v->openers && !v->early)
		return PMK_WATCH_NOBODY;
	v->since_ns = v->since_ns ? v->since_ns : now;
	if (v->opened == PMK_WATCH_SOMEBODY || now - v->since_ns >= STAY_NS)
		return PMK_WATCH_SOMEBODY;
	return v->rests && pmk_v4l2_newest_stamp_ns(v->fd) != v->stamp_ns ? PMK_WATCH_SOMEBODY : PMK_WATCH_NOBODY;
}

static void check_openers(struct pmk_viewers *v)
{
	bool undecided;

	count_openers(v);
	v->opened = judge_openers(v);
	undecided = v->opened == PMK_WATCH_NOBODY && (v->openers || v->early);
	set_timer(v, undecided ? CHECK_AGAIN_NS : 0);
}

static int add_to_any(const struct pmk_viewers *v, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(v->any, EPOLL_CTL_ADD, fd, &event);
}

/* The watch is set up before /proc is read, so that nobody slips in between. */
static bool start_counting(struct pmk_viewers *v)
{
	v->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	v->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	v->any = epoll_create1(EPOLL_CLOEXEC);
	if (v->notify < 0 || v->timer < 0 || v->any < 0 ||
		inotify_add_watch(v->notify, v->path, IN_OPEN | IN_CLOSE) < 0 || add_to_any(v, v->notify, EPOLLIN) ||
		add_to_any(v, v->timer, EPOLLIN) || (v->told && add_to_any(v, v->fd, EPOLLPRI)))
		return false;
	note_others(v);
	v->opened = PMK_WATCH_NOBODY;
	return true;
}

/* --- both --- */

struct pmk_viewers *pmk_viewers_create(int fd, const char *path)
{
	struct pmk_viewers *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->fd = fd;
	v->notify = v->timer = v->any = -1;
	snprintf(v->path, sizeof(v->path), "%s", path);
	v->told = subscribe(v) >= 0;
	v->counts = pmk_v4l2_loopback_version() < PMK_V4L2_LOOPBACK_0_14 && start_counting(v);
	if (v->told || v->counts)
		return v;
	pmk_viewers_destroy(v);
	return NULL;
}

void pmk_viewers_destroy(struct pmk_viewers *v)
{
	if (!v)
		return;
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? v->notify : i == 1 ? v->timer : v->any;

		if (fd >= 0)
			close(fd);
	}
	free(v);
}

enum pmk_watch pmk_viewers_watched(struct pmk_viewers *v)
{
	if (v->counts)
		check_openers(v);
	if (!v->told)
		return v->opened;
	take_events(v);
	ask_again(v);
	return v->counts && v->opened == PMK_WATCH_SOMEBODY ? PMK_WATCH_SOMEBODY : v->streams;
}

int pmk_viewers_fd(const struct pmk_viewers *v, short *events)
{
	*events = v->counts ? POLLIN : POLLPRI;
	return v->counts ? v->any : v->fd;
}

void pmk_viewers_rest(struct pmk_viewers *v, bool rests)
{
	if (!v->counts || v->rests == rests)
		return;
	v->rests = rests;
	if (rests)
		v->stamp_ns = pmk_v4l2_newest_stamp_ns(v->fd);
}
