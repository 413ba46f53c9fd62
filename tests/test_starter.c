/* SPDX-License-Identifier: MIT */
/* The starter: orders and answers, files that it makes, and what becomes of it. */
#include "app/live/browser.h"
#include "base/guard/starter.h"

#include "base/new_file.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ORDERS = 50 };

static int refuse(struct pmk_order *order, int *fd)
{
	return order->result = -EPERM;
}

/* Which process it is, and a pipe's end with a word in it. */
static int tell(struct pmk_order *order, int *fd)
{
	int ends[2];

	assert_return_code(pipe(ends), 0);
	assert_int_equal(write(ends[1], order->text, 4), 4);
	close(ends[1]);
	*fd = ends[0];
	order->number = getpid();
	snprintf(order->text, sizeof order->text, "told");
	return order->result = 0;
}

static int sleep_long(struct pmk_order *order, int *fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		sleep(1000);
		_exit(0);
	}
	order->number = pid;
	return order->result = 0;
}

/* The number of the process that forked this one: the keeper's. */
static int tell_parent(struct pmk_order *order, int *fd)
{
	order->number = getppid();
	return order->result = 0;
}

static int tell_owner(struct pmk_order *order, int *fd)
{
	order->number = pmk_starter_owner();
	return order->result = 0;
}

static int end_now(struct pmk_order *order, int *fd)
{
	raise(SIGKILL);
	return order->result = 0;
}

static int below_tmp(struct pmk_order *order, int *fd)
{
	return strncmp(order->text, "/tmp/", 5) == 0 ? pmk_new_file_act(order, fd) : refuse(order, fd);
}

static const pmk_start_act acts[PMK_STARTS] = {
	[PMK_START_HELPER] = sleep_long,
	[PMK_START_OWN_NEW] = tell_parent,
	[PMK_START_OWN_RENAME] = tell_owner,
	[PMK_START_OWN_REMOVE] = end_now,
	[PMK_START_BROWSER] = refuse,
	[PMK_START_LISTEN] = tell,
	[PMK_START_FILE] = below_tmp,
	[PMK_START_FILE_KEEP] = pmk_new_file_keep_act,
	[PMK_START_FILE_DROP] = pmk_new_file_drop_act,
};

static void check_told(pid_t by)
{
	struct pmk_order order = { .what = PMK_START_LISTEN, .text = "word" };
	char word[8] = "";
	int fd;

	assert_int_equal(pmk_starter_do(&order, tell, &fd), 0);
	assert_string_equal(order.text, "told");
	assert_true(by ? order.number == by : order.number != getpid());
	assert_int_equal(read(fd, word, sizeof word), 4);
	assert_string_equal(word, "word");
	close(fd);
}

static void test_without(void **state)
{
	assert_false(pmk_starter_is_there());
	check_told(getpid());
}

static void *ask_often(void *unused)
{
	for (int i = 0; i < ORDERS; i++)
		check_told(0);
	return NULL;
}

static void test_orders(void **state)
{
	struct pmk_order order = { .what = PMK_START_BROWSER };
	pthread_t threads[THREADS];
	int fd;

	assert_int_equal(pmk_starter_create(acts), 0);
	assert_true(pmk_starter_is_there());
	check_told(0);
	assert_int_equal(pmk_starter_do(&order, tell, &fd), -EPERM);
	assert_int_equal(fd, -1);
	for (int what = -3; what < 1000; what += 77) { /* none of these is one */
		order = (struct pmk_order){ .what = what < 0 ? what : PMK_STARTS + 1 + what };
		assert_int_equal(pmk_starter_do(&order, tell, &fd), -ENOSYS);
	}
	order = (struct pmk_order){ .what = PMK_START_DOCTOR };
	assert_int_equal(pmk_starter_do(&order, tell, &fd), -ENOSYS);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void test_children(void **state)
{
	struct pmk_order order = { .what = PMK_START_HELPER };
	int fd;

	assert_int_equal(pmk_starter_do(&order, sleep_long, &fd), 0);
	assert_int_equal(kill(order.number, 0), 0);
	assert_int_equal(pmk_starter_end(order.number, 0), 0);
	assert_int_equal(kill(order.number, 0), -1);
	/* it ends no process but those that it started */
	assert_int_equal(pmk_starter_end(getpid(), 0), 0);
	assert_int_equal(pmk_starter_end(-1, 0), 0);
}

static void test_files(void **state)
{
	char folder[] = "/tmp/potemkin-starter-XXXXXX", path[64];
	struct pmk_new_file file;
	struct stat st;
	int fd;

	unit_catch_log();
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/made", folder);
	fd = pmk_new_file_create(&file, path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "text", 4), 4);
	close(fd);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(pmk_new_file_keep(&file), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(unlink(path), 0);

	fd = pmk_new_file_create(&file, path);
	close(fd);
	pmk_new_file_drop(&file);
	assert_int_equal(rmdir(folder), 0); /* there is nothing left in it */

	assert_int_equal(pmk_new_file_create(&file, "/etc/passwd"), -EPERM);
	assert_non_null(strstr(unit_logged, "/etc/passwd: cannot be created"));
	assert_int_equal(pmk_new_file_create(&file, path), -ENOENT);
}

static void test_forked(void **state)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(pmk_starter_is_there());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0); /* it is not that one's */
}

/* An address of another machine is not opened, however it begins. */
static void test_addresses(void **state)
{
	static const char *const others[] = { "http://127.0.0.1", "http://127.0.0.1:", "http://127.0.0.1:x@other.host/",
		"http://127.0.0.1:80@other.host/", "http://127.0.0.1:123456/", "http://127.0.0.1.other.host:80/",
		"file:///etc/passwd", "" };
	struct pmk_order order = { .what = PMK_START_BROWSER };
	int fd;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		snprintf(order.text, sizeof order.text, "%s", others[i]);
		assert_int_equal(pmk_browser_act(&order, &fd), -EPERM);
	}
}

static int number_of(enum pmk_start what)
{
	struct pmk_order order = { .what = (int32_t)what };
	int fd;

	assert_int_equal(pmk_starter_do(&order, refuse, &fd), 0);
	if (fd >= 0)
		close(fd);
	return order.number;
}

static void kill_and_wait(pid_t pid)
{
	char path[32], line[256];
	FILE *file;
	bool there;

	assert_int_equal(kill(pid, SIGKILL), 0);
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	do {
		usleep(1000);
		file = fopen(path, "re");
		there = file && fgets(line, sizeof line, file); /* it may go between the two */
		if (file)
			fclose(file);
	} while (there && !strstr(line, ") Z "));
}

/* Killed by somebody, or because memory was short. */
static void test_killed(void **state)
{
	char folder[] = "/tmp/potemkin-starter-XXXXXX", path[64], other[64], third[64];
	struct pmk_order order = { .what = PMK_START_OWN_REMOVE };
	struct pmk_new_file first, second, dropped, gone;
	int before = 0, claimed, fd;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/first", folder);
	snprintf(other, sizeof other, "%s/second", folder);
	snprintf(third, sizeof third, "%s/third", folder);
	close(pmk_new_file_create(&gone, path)); /* numbers differ for the same path */
	close(pmk_new_file_create(&first, path));
	claimed = pmk_new_file_claim(&dropped, third);
	assert_true(claimed >= 0);
	for (int i = 0; i < 3; i++) {
		int now = number_of(PMK_START_LISTEN);

		assert_int_not_equal(now, before);
		assert_int_equal(number_of(PMK_START_OWN_RENAME), getpid());
		kill_and_wait(now);
		before = now;
	}
	assert_int_equal(pmk_starter_do(&order, refuse, &fd), -EPIPE); /* it may have done it */
	check_told(0);

	/* what an earlier one was about to put in place is, and is not mixed up with what this one has */
	close(pmk_new_file_create(&second, other));
	pmk_new_file_drop(&dropped);
	close(claimed);
	pmk_new_file_drop(&gone);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(pmk_new_file_keep(&first), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(pmk_new_file_keep(&second), 0);
	assert_int_equal(unlink(other), 0);

	/* unless somebody removed it, which is told */
	close(pmk_new_file_create(&first, path));
	kill_and_wait(number_of(PMK_START_LISTEN));
	snprintf(other, sizeof other, "rm %s/.*.*-*", folder);
	assert_int_equal(system(other), 0);
	unit_catch_log();
	assert_int_equal(pmk_new_file_keep(&first), -ENOENT);
	assert_non_null(strstr(unit_logged, "first: cannot be created: its temporary file was removed or replaced"));
	assert_int_equal(rmdir(folder), 0); /* there is nothing left in it */
}

static void store(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
	char found[16] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_non_null(fgets(found, sizeof found, file));
	assert_string_equal(found, text);
	fclose(file);
}

/* Files of the user's whose names are as those of files that the starter makes. */
static void test_others_files(void **state)
{
	char folder[] = "/tmp/potemkin-starter-XXXXXX", path[64], stale[64], mine[64], kept[128];
	struct pmk_order order;
	struct pmk_new_file file;
	int fd;

	unit_catch_log();
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/a.png", folder);

	/* one that an earlier process of the same number left, as in a container */
	for (int number = 0; number < 2; number++) {
		snprintf(stale, sizeof stale, "%s/.a.png.%d-%d", folder, number_of(PMK_START_LISTEN), number);
		store(stale, "theirs");
	}
	fd = pmk_new_file_create(&file, path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ours", 4), 4);
	close(fd);
	kill_and_wait(number_of(PMK_START_LISTEN));
	assert_int_equal(pmk_new_file_keep(&file), 0);
	assert_holds(path, "ours");
	assert_holds(stale, "theirs");

	/* orders for what nobody began */
	for (int number = -1; number < 200; number++) {
		order = (struct pmk_order){ .number = number_of(PMK_START_LISTEN) * 64 + number };
		order.what = number % 2 ? PMK_START_FILE_DROP : PMK_START_FILE_KEEP;
		snprintf(order.text, sizeof order.text, "%s", path);
		(void)!pmk_starter_do(&order, refuse, &fd);
	}
	assert_holds(path, "ours");
	assert_holds(stale, "theirs");

	/* one that has taken the place of the starter's own */
	for (int keep = 0; keep < 2; keep++) {
		close(pmk_new_file_create(&file, path));
		snprintf(mine, sizeof mine, "%s/.a.png.%d-0", folder, number_of(PMK_START_LISTEN));
		snprintf(kept, sizeof kept, "%s/else", folder);
		assert_int_equal(rename(mine, kept), 0);
		store(mine, "theirs");
		if (keep)
			assert_int_equal(pmk_new_file_keep(&file), -ENOENT);
		else
			pmk_new_file_drop(&file);
		assert_holds(mine, "theirs");
		assert_holds(path, "ours");
		assert_int_equal(unlink(mine) || unlink(kept), 0);
	}
	snprintf(kept, sizeof kept, "rm %s/a.png %s/.a.png*", folder, folder);
	assert_int_equal(system(kept), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* What keeps a file answers once more as before: its answer may have been lost. */
static void test_again(void **state)
{
	char folder[] = "/tmp/potemkin-starter-XXXXXX", path[64];
	struct pmk_order order = { .what = PMK_START_FILE, .number = 1 << 20 };
	int fd;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/a.png", folder);
	for (int i = 0; i < 2; i++) { /* the first one is dropped */
		snprintf(order.text, sizeof order.text, "%s", path);
		order.what = PMK_START_FILE;
		assert_int_equal(pmk_starter_do(&order, refuse, &fd), 0);
		close(fd);
	}
	order.what = PMK_START_FILE_KEEP;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pmk_starter_do(&order, refuse, &fd), 0);
	order.what = PMK_START_FILE_DROP; /* too late */
	assert_int_equal(pmk_starter_do(&order, refuse, &fd), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* there is nothing left in it */
}

/* One that hangs is replaced, too. While nobody can do that, orders fail; and work again once the keeper goes on. */
static void test_stopped(void **state)
{
	pid_t keeper = number_of(PMK_START_OWN_NEW), pid = number_of(PMK_START_LISTEN);
	struct pmk_order order = { .what = PMK_START_OWN_RENAME };
	struct pmk_new_file file;
	int fd;

	assert_int_equal(kill(pid, SIGSTOP), 0);
	check_told(0);
	assert_int_not_equal(number_of(PMK_START_LISTEN), pid);
	assert_int_equal(kill(pid, 0), -1); /* nothing is left of it */

	pid = number_of(PMK_START_LISTEN);
	assert_int_equal(kill(keeper, SIGSTOP) || kill(pid, SIGSTOP), 0);
	unit_catch_log();
	assert_int_equal(pmk_new_file_create(&file, "/tmp/potemkin-none"), -ETIME);
	assert_non_null(strstr(unit_logged,
		"/tmp/potemkin-none: cannot be created: potemkin's helper process does not answer; start potemkin "
		"again"));
	for (int i = 0; i < 10; i++) /* however many are lost */
		assert_int_equal(pmk_starter_do(&order, refuse, &fd), -ETIME);
	assert_int_equal(kill(keeper, SIGCONT), 0);
	while (pmk_starter_do(&order, refuse, &fd))
		;
	check_told(0);
}

static void test_killed_with_its_keeper(void **state)
{
	struct pmk_new_file file;

	kill_and_wait(number_of(PMK_START_OWN_NEW));
	check_told(0); /* the starter does not need it */
	kill_and_wait(number_of(PMK_START_LISTEN));
	unit_catch_log();
	assert_int_equal(pmk_new_file_create(&file, "/tmp/potemkin-none"), -EPIPE);
	assert_non_null(
		strstr(unit_logged, "/tmp/potemkin-none: cannot be created: potemkin's helper process was killed"));
	assert_int_equal(pmk_starter_end(getppid(), 0), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_without), cmocka_unit_test(test_orders),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_children), cmocka_unit_test(test_files),
		cmocka_unit_test(test_forked), cmocka_unit_test(test_killed), cmocka_unit_test(test_others_files),
		cmocka_unit_test(test_again), cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_killed_with_its_keeper) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
