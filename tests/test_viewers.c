/* SPDX-License-Identifier: MIT */
/* The viewers of a v4l2loopback node of 0.12, and of 0.13, which sends events of streams only. A plain file, which is
 * really opened, takes the place of the node; its time stamps and events are scripted. */
#include "unit.h"

#include "base/clock.h"
#include "io/v4l2/v4l2.h"
#include "io/v4l2/viewers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENT (V4L2_EVENT_PRIVATE_START + 0x08e00000 + 1)

static uint64_t stamp_s = 7;
static int version; /* 0xMMmmpp; 0: 0.12, which does not tell */
static uint32_t streams; /* how many readers stream */
static bool event_waits;

static int take_event(struct v4l2_event *event)
{
	if (!event_waits)
		return -ENOENT;
	event_waits = false;
	event->type = EVENT;
	memcpy(&event->u, &streams, sizeof streams);
	return 0;
}

static int scripted_ioctl(int fd, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;

	if (request == VIDIOC_SUBSCRIBE_EVENT && version) {
		event_waits = true;
		return 0;
	}
	if (request == VIDIOC_DQEVENT && version)
		return take_event(argument);
	if (request != VIDIOC_QUERYBUF || buffer->index > 1 || version >= PMK_V4L2_LOOPBACK_0_14)
		return -EINVAL;
	buffer->timestamp.tv_sec = (time_t)stamp_s;
	return 0;
}

static int scripted_text(const char *path, char *text, size_t size)
{
	snprintf(text, size, "%d.%d.%d", version >> 16, version >> 8 & 255, version & 255);
	return version ? 0 : -ENOENT;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = { .ioctl = scripted_ioctl, .text = scripted_text };
static char node[64];
static int own, polled; /* the file; what stands for it where it has to be polled, which a file cannot be */

static struct pmk_viewers *begin(void)
{
	struct pmk_viewers *v;

	strcpy(node, "/tmp/potemkin-node-XXXXXX");
	own = mkstemp(node);
	polled = eventfd(0, EFD_CLOEXEC);
	assert_true(own >= 0 && polled >= 0);
	v = pmk_viewers_create(polled, node);
	assert_non_null(v);
	pmk_viewers_rest(v, true);
	return v;
}

static void end(struct pmk_viewers *v)
{
	pmk_viewers_destroy(v);
	close(own);
	close(polled);
	unlink(node);
	version = 0;
	streams = 0;
}

static int open_node(void)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Sleep as the output thread does, and fail if the state is not reached. */
static void reach(struct pmk_viewers *v, enum pmk_watch state)
{
	uint64_t deadline = pmk_clock_now_ns() + 60 * PMK_S_NS;

	while (pmk_viewers_watched(v) != state) {
		struct pollfd ready = { 0 };

		ready.fd = pmk_viewers_fd(v, &ready.events);
		assert_int_equal(poll(&ready, 1, 60000), 1);
		assert_true(pmk_clock_now_ns() < deadline);
	}
}

static void test_probes_are_nobody(void **state)
{
	struct pmk_viewers *v = begin();

	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	for (int i = 0; i < 50; i++) {
		uint64_t begin = pmk_clock_now_ns();
		int fd = open_node(), another = open_node();
		enum pmk_watch watch;

		assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
		close(fd);
		watch = pmk_viewers_watched(v);
		/* a probe does not take this long */
		assert_true(watch == PMK_WATCH_NOBODY || pmk_clock_now_ns() - begin >= PMK_S_NS);
		close(another);
	}
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	end(v);
}

/* Asking for buffers stamps the ring. The stamp counts at once, but only while the ring rests. */
static void test_who_asks_for_buffers_watches(void **state)
{
	struct pmk_viewers *v = begin();
	int fd = open_node();

	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	stamp_s++;
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_SOMEBODY);
	pmk_viewers_rest(v, false);
	stamp_s++;
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_SOMEBODY);
	close(fd);
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	fd = open_node();
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY); /* the stamps come from our own pictures */
	close(fd);
	end(v);
}

static void test_who_stays_watches(void **state)
{
	struct pmk_viewers *v = begin();
	int fd = open_node(), another;

	reach(v, PMK_WATCH_SOMEBODY);
	another = open_node();
	close(fd);
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_SOMEBODY);
	close(another);
	reach(v, PMK_WATCH_NOBODY);
	end(v);
}

/* A program that opened the node before us is found in /proc, and so is its end. */
static void test_earlier_opener(void **state)
{
	struct pmk_viewers *v = begin();
	int ready[2];
	pid_t child;
	char c;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		int fd = open(node, O_RDONLY);

		close(own);
		close(ready[0]);
		if (write(ready[1], "x", 1) != 1 || fd < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	pmk_viewers_destroy(v);
	v = pmk_viewers_create(polled, node);
	assert_non_null(v);
	reach(v, PMK_WATCH_SOMEBODY);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	reach(v, PMK_WATCH_NOBODY);
	close(ready[0]);
	close(ready[1]);
	end(v);
}

/* 0.13 tells who streams, and nothing of who reads by read(): that one keeps the node open. */
static void test_on_0_13_both_count(void **state)
{
	struct pmk_viewers *v;
	int fd;

	version = 0x000d02;
	v = begin();
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	streams = 1;
	event_waits = true;
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_SOMEBODY);
	streams = 0;
	event_waits = true;
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	fd = open_node();
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	reach(v, PMK_WATCH_SOMEBODY);
	close(fd);
	reach(v, PMK_WATCH_NOBODY);
	end(v);
}

/* From 0.14 on, read() streams, too, so that a program that only has the node open is nobody. */
static void test_on_0_14_only_streams_count(void **state)
{
	struct pmk_viewers *v;
	short events;
	int fd;

	version = 0x000e00;
	v = begin();
	fd = open_node();
	assert_int_equal(pmk_viewers_watched(v), PMK_WATCH_NOBODY);
	assert_int_equal(pmk_viewers_fd(v, &events), polled);
	assert_int_equal(events, POLLPRI);
	close(fd);
	end(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probes_are_nobody),
		cmocka_unit_test(test_who_asks_for_buffers_watches),
		cmocka_unit_test(test_who_stays_watches),
		cmocka_unit_test(test_earlier_opener),
		cmocka_unit_test(test_on_0_13_both_count),
		cmocka_unit_test(test_on_0_14_only_streams_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
