/* SPDX-License-Identifier: MIT */
/* The program never holds up its client: fakes do not accept, do not answer, or answer in part. */
#include "unit.h"

#include "app/live/link.h"
#include "base/clock.h"
#include "control/socket.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const uint64_t SHORT_NS = 100 * PMK_MS_NS, LONG_NS = 60 * PMK_S_NS;

static char folder[] = "/tmp/potemkin-test-XXXXXX";
static int listening = -1;

static uint64_t after(uint64_t ns)
{
	return pmk_clock_now_ns() + ns;
}

static int begin(void **state)
{
	listening = pmk_socket_listen(PMK_NO_GROUP);
	return listening < 0;
}

static int end(void **state)
{
	pmk_socket_remove(listening);
	return 0;
}

/* A connection, and our end of it, which blocks no more than ours. */
static int join(struct pmk_link *link)
{
	int fd;

	assert_int_equal(pmk_link_open(link, after(LONG_NS)), 0);
	fd = pmk_socket_accept(listening, PMK_NO_GROUP);
	assert_true(fd >= 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Connections are not accepted: it stands in line, until the line is full. */
static void test_nobody_accepts(void **state)
{
	struct pmk_link links[64];
	const char *line;
	int count = 0, err = 0;

	while (count < 64 && !(err = pmk_link_open(&links[count], after(SHORT_NS))))
		count++;
	assert_int_equal(err, -ETIMEDOUT);
	assert_true(count > 0);
	assert_int_equal(links[0].peer, getpid());
	assert_int_equal(pmk_link_send(&links[0], "{}", after(SHORT_NS)), 0);
	assert_int_equal(pmk_link_receive(&links[0], after(SHORT_NS), &line), -ETIMEDOUT);
	while (count)
		pmk_link_close(&links[--count]);
}

static void test_nobody_answers(void **state)
{
	struct pmk_link link;
	const char *line;
	int fd = join(&link);

	assert_int_equal(pmk_link_send(&link, "{}", after(SHORT_NS)), 0);
	assert_int_equal(pmk_link_receive(&link, after(SHORT_NS), &line), -ETIMEDOUT);
	close(fd);
	pmk_link_close(&link);
}

/* Part of an answer is not taken for one, and not lost. */
static void test_part_of_an_answer(void **state)
{
	struct pmk_link link;
	const char *line;
	int fd = join(&link);

	say(fd, "{\"ok\": ");
	assert_int_equal(pmk_link_receive(&link, after(SHORT_NS), &line), -ETIMEDOUT);
	say(fd, "true}\nmore\nand");
	assert_int_equal(pmk_link_receive(&link, 0, &line), 0); /* the time is over, but it is here */
	assert_string_equal(line, "{\"ok\": true}");
	assert_int_equal(pmk_link_receive(&link, 0, &line), 0);
	assert_string_equal(line, "more");
	close(fd);
	assert_int_equal(pmk_link_receive(&link, PMK_LINK_FOR_EVER, &line), -EPIPE);
	pmk_link_close(&link);
}

/* A long answer is taken whole, one without end is not. */
static void *write_for_ever(void *arg)
{
	static char block[1 << 16];
	int fd = *(int *)arg;

	memset(block, 'a', sizeof block);
	while (send(fd, block, sizeof block, MSG_NOSIGNAL | MSG_DONTWAIT) > 0 || errno == EAGAIN)
		poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
	return NULL;
}

static void test_answer_without_end(void **state)
{
	struct pmk_link link;
	const char *line;
	pthread_t thread;
	int fd = join(&link);

	assert_int_equal(pthread_create(&thread, NULL, write_for_ever, &fd), 0);
	assert_int_equal(pmk_link_receive(&link, after(LONG_NS), &line), -EMSGSIZE);
	pmk_link_close(&link);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(fd);
}

/* A request that is too long for a program that does not read. */
static void test_nobody_reads(void **state)
{
	enum { BYTES = 4 << 20 };
	char *text = malloc(BYTES);
	struct pmk_link link;
	int fd = join(&link);

	assert_non_null(text);
	memset(text, 'a', BYTES - 1);
	text[BYTES - 1] = '\0';
	assert_int_equal(pmk_link_send(&link, text, after(SHORT_NS)), -ETIMEDOUT);
	close(fd);
	assert_int_equal(pmk_link_send(&link, text, after(LONG_NS)), -EPIPE);
	pmk_link_close(&link);
	free(text);
}

static atomic_int signals;

static void count_signal(int number)
{
	signals++;
}

/* Signals, as SIGCONT is one, neither end the wait nor make it longer. */
static void test_signals(void **state)
{
	static const struct itimerval often = { .it_interval.tv_usec = 5000, .it_value.tv_usec = 5000 }, never = { 0 };
	const struct sigaction counts = { .sa_handler = count_signal }, usual = { .sa_handler = SIG_DFL };
	struct pmk_link link;
	const char *line;
	int fd = join(&link);

	assert_int_equal(sigaction(SIGALRM, &counts, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	do
		assert_int_equal(pmk_link_receive(&link, after(SHORT_NS), &line), -ETIMEDOUT);
	while (signals < 2); /* a process that does not run gets one for many */
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &usual, NULL), 0);
	close(fd);
	pmk_link_close(&link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_accepts, begin, end),
		cmocka_unit_test_setup_teardown(test_nobody_answers, begin, end),
		cmocka_unit_test_setup_teardown(test_part_of_an_answer, begin, end),
		cmocka_unit_test_setup_teardown(test_answer_without_end, begin, end),
		cmocka_unit_test_setup_teardown(test_nobody_reads, begin, end),
		cmocka_unit_test_setup_teardown(test_signals, begin, end),
	};
	char own[100];
	int failed;

	if (!mkdtemp(folder) || setenv("XDG_RUNTIME_DIR", folder, 1))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(own, sizeof own, "%s/potemkin", folder);
	return rmdir(own) || rmdir(folder) || failed;
}
