/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/cures.h"
#include "app/options_help.h"
#include "base/log.h"
#include "base/new_file.h"
#include "media/sandbox/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* If a standard stream is closed, the next file or camera to be opened would get its number, and our messages would be
 * written into it. The stand-in can be neither read nor written, so that using the stream remains an error, and
 * everybody may open it like that. */
static void fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_PATH) < 0 && epoll_create1(0) < 0)
			return;
	}
}

/* The program behind the pipe or socket has read enough, as `head` does. */
static bool reader_left(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && out.revents & (POLLERR | POLLHUP);
}

/* Why standard output failed. The reason of an earlier failure is lost, and the next one has the same. */
static int failed_for(void)
{
	if (fflush(stdout) == 0) {
		clearerr(stdout);
		putchar('\n');
		return fflush(stdout) ? errno : EIO;
	}
	return errno;
}

/* A full disk behind standard output is a lost output like others. */
static int check_stdout(int code, bool answers)
{
	int err;

	if ((!fflush(stdout) && !ferror(stdout)) || reader_left() || (code != PMK_EXIT_OK && !answers))
		return code;
	err = failed_for();
	pmk_error_cure(err == ENOSPC ? PMK_CURE_FREE_SPACE : PMK_CURE_NONE, "standard output: cannot be written: %s",
		pmk_new_file_reason(-err));
	return PMK_EXIT_NO_OUTPUT;
}

/* SIGUSR1 and SIGUSR2 have no meaning here, but somebody may send them as to another program, such as dd. By default
 * they would end the program at once, without a cover and with incomplete files. */
static void ignore_meaningless(void)
{
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
}

/* With fewer than that, a run or its decoders would fail at any of many places, and some would blame a file. */
static bool may_open_files(void)
{
	enum { LEAST = 64 };
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= LEAST)
		return true;
	pmk_error("only %d files may be open at a time, and potemkin needs up to %d; raise the limit (ulimit -n)",
		(int)files.rlim_cur, LEAST);
	return false;
}

static int run(int argc, char **argv, struct pmk_options *options, bool *lasts)
{
	enum pmk_exit code;

	if (argc == 2 && strcmp(argv[1], PMK_HELPER_ARGUMENT) == 0)
		return pmk_helper_main();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* whoever started this may ignore it: then nobody hears how a process ended */
	signal(SIGXFSZ, SIG_IGN); /* write() fails with EFBIG instead, which is reported like any error */
	code = pmk_options_parse(argc, argv, options);
	if (code != PMK_EXIT_OK)
		return (int)code;
	*lasts = options->command == PMK_COMMAND_RUN;
	if (options->settings.help) {
		code = pmk_options_print_help(options->topic) ? PMK_EXIT_USAGE : PMK_EXIT_OK;
		return check_stdout((int)code, true);
	}
	if (options->settings.version) {
		puts("potemkin " PMK_VERSION);
		return check_stdout(PMK_EXIT_OK, true);
	}
	if (!may_open_files())
		return PMK_EXIT_INTERNAL;
	setenv("SVT_LOG", "1", 0); /* or an encoder tells of itself on standard error */
	prctl(PR_SET_DUMPABLE, 0); /* a core file would hold the room */

	code = pmk_command(options);
	return check_stdout((int)code, pmk_command_answers(options->command));
}

/* A block of a picture's size goes back to the system when it is freed. By itself, glibc would take ever larger blocks
 * from its arenas, where those that come and go leave holes. */
static void give_back_pictures(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

int main(int argc, char **argv)
{
	struct pmk_options *options = calloc(1, sizeof *options); /* too large for a small stack (ulimit -s) */
	const char *cures[PMK_CURES];
	char said[PMK_LOG_LINE];
	bool lasts = true; /* it is `run`, or nobody could read yet what it is */
	int code;

	ignore_meaningless();
	give_back_pictures();
	fill_standard_streams();
	pmk_cures_of_machine(cures);
	pmk_log_set_cures(cures);
	pmk_log_overhear(said);
	code = options ? run(argc, argv, options, &lasts) : PMK_EXIT_INTERNAL;
	pmk_log_overhear(NULL);
	if (code == PMK_EXIT_INTERNAL && lasts &&
		!*said) /* what fails for this has too many places to say it in each */
		pmk_error("not enough memory or file descriptors");
	pmk_log_set_cures(pmk_cures); /* for what ends later than this */
	free(options);
	return code;
}
