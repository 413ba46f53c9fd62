/* SPDX-License-Identifier: MIT */
/* What is said while potemkin does not answer, and when that has lasted. The patience is short here. */
#include "unit.h"

#include "app/live/ask.h"
#include "base/clock.h"
#include "control/socket.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const struct pmk_patience brief = { 50 * PMK_MS_NS, 150 * PMK_MS_NS }, long_one = { PMK_MS_NS, 300 * PMK_S_NS };

static char folder[] = "/tmp/potemkin-test-XXXXXX";

static char lines[2000]; /* all that was logged */
static atomic_int line_count;

static void keep_line(void *user, enum pmk_log_level level, const char *line)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof lines - used, "%s\n", line);
	line_count++;
}

static enum pmk_exit ask(const char *command, const struct pmk_patience *patience)
{
	cJSON *request = cJSON_CreateObject(), *answer;
	enum pmk_exit code;

	lines[0] = '\0';
	line_count = 0;
	pmk_log_redirect(keep_line, NULL);
	cJSON_AddStringToObject(request, "command", command);
	code = pmk_ask_patiently(request, patience, &answer, NULL);
	pmk_log_redirect(NULL, NULL);
	cJSON_Delete(request);
	if (code == PMK_EXIT_OK)
		cJSON_Delete(answer);
	return code;
}

static void says(const char *words)
{
	if (!strstr(lines, words))
		fail_msg("'%s' does not say '%s'", lines, words);
}

/* It is waited for, and only then is there reason to end it. */
static void test_silence(void **state)
{
	char words[60];
	int listening = pmk_socket_listen(PMK_NO_GROUP);

	assert_true(listening >= 0);
	assert_int_equal(ask("status", &brief), PMK_EXIT_INTERNAL);
	assert_int_equal(line_count, 2);
	says("it may be busy, and is waited for");
	snprintf(words, sizeof words, "end it (kill -KILL %d)", (int)getpid());
	says(words);
	pmk_socket_remove(listening);
}

/* It answers once the user has been told to wait: nobody is advised to end it. */
static void *answer_late(void *data)
{
	int fd;

	while ((fd = pmk_socket_accept(*(int *)data, PMK_NO_GROUP)) < 0)
		usleep(1000);
	while (!line_count)
		usleep(1000);
	assert_int_equal(send(fd, "{\"ok\": true}\n", 13, MSG_NOSIGNAL), 13);
	close(fd);
	return NULL;
}

static void test_busy(void **state)
{
	int listening = pmk_socket_listen(PMK_NO_GROUP);
	pthread_t thread;

	assert_true(listening >= 0);
	line_count = 0;
	assert_int_equal(pthread_create(&thread, NULL, answer_late, &listening), 0);
	assert_int_equal(ask("status", &long_one), PMK_EXIT_OK);
	pthread_join(thread, NULL);
	assert_int_equal(line_count, 1);
	says("it may be busy");
	assert_null(strstr(lines, "kill"));
	pmk_socket_remove(listening);
}

/* A process that is stopped is not waited for. */
static void test_stopped(void **state)
{
	pid_t child = fork();
	char words[60];
	int status;

	if (!child) {
		if (pmk_socket_listen(PMK_NO_GROUP) < 0)
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ask("status", &brief), PMK_EXIT_INTERNAL);
	assert_int_equal(line_count, 1);
	snprintf(words, sizeof words, "it is stopped; let it go on: kill -CONT %d", (int)child);
	says(words);
	assert_null(strstr(lines, "KILL"));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

/* It says why and closes while the request, which has no room, is still being sent. */
static void *refuse(void *data)
{
	static const char no[] = "{\"ok\": false, \"code\": 4, \"error\": \"too many\"}\n";
	int fd;

	while ((fd = pmk_socket_accept(*(int *)data, PMK_NO_GROUP)) < 0)
		usleep(1000);
	assert_int_equal(send(fd, no, sizeof no - 1, MSG_NOSIGNAL), sizeof no - 1);
	close(fd);
	return NULL;
}

static void test_refused(void **state)
{
	static char endless[4 << 20];
	int listening = pmk_socket_listen(PMK_NO_GROUP);
	pthread_t thread;

	assert_true(listening >= 0);
	memset(endless, 'a', sizeof endless - 1);
	assert_int_equal(pthread_create(&thread, NULL, refuse, &listening), 0);
	assert_int_equal(ask(endless, &long_one), PMK_EXIT_BUSY);
	pthread_join(thread, NULL);
	assert_int_equal(line_count, 1);
	says("too many");
	pmk_socket_remove(listening);
}

static void test_nobody(void **state)
{
	assert_int_equal(ask("status", &brief), PMK_EXIT_NO_OUTPUT);
	says("no potemkin is running in this session");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_refused),
	};
	char command[100];
	int failed;

	if (!mkdtemp(folder) || setenv("XDG_RUNTIME_DIR", folder, 1))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command) || failed;
}
