/* SPDX-License-Identifier: MIT */
#include "media/sandbox/lockdown.h"

#include "base/guard/filter.h"
#include "base/guard/guard.h"
#include "base/guard/sanitized.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef PMK_HAVE_SECCOMP
#include <seccomp.h>
#endif

/* False: one that is lower already stays. */
static bool limit(int what, size_t most, size_t hard)
{
	struct rlimit limits = { .rlim_cur = most, .rlim_max = hard };

	return setrlimit((__rlimit_resource_t)what, &limits) == 0;
}

/* Pages of /proc/self/statm, proc(5): all, and those that RLIMIT_DATA counts. */
static bool measure(size_t *all, size_t *data)
{
	FILE *file = fopen("/proc/self/statm", "re");
	bool read = file && fscanf(file, "%zu %*u %*u %*u %*u %zu", all, data) == 2;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (file)
		fclose(file);
	*all *= page;
	*data *= page;
	return read;
}

/* Whether the memory is there. */
static bool limit_memory(const struct pmk_lock_limits *limits)
{
	size_t all = 0, data = 0;
	bool is_there;

	if (PMK_SANITIZED || !measure(&all, &data))
		return true;
	is_there = limit(RLIMIT_DATA, data + limits->memory, data + limits->memory);
	is_there &= limit(RLIMIT_AS, all + limits->memory + limits->shared, all + limits->memory + limits->shared);
	return is_there;
}

static void limit_resources(const struct pmk_lock_limits *limits)
{
	if (limits->cpu_s)
		limit(RLIMIT_CPU, (size_t)limits->cpu_s, (size_t)limits->cpu_s + 1); /* at `hard` it would be SIGKILL */
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_FSIZE, 0, 0);
	limit(RLIMIT_NPROC, 0, 0);
	limit(RLIMIT_MEMLOCK, 0, 0);
	limit(RLIMIT_NOFILE, 32, 32);
	signal(SIGALRM, SIG_DFL);
	alarm((unsigned)limits->wall_s);
}

#ifdef PMK_HAVE_SECCOMP
/* Memory that can be run is refused: no library is loaded any more. The sanitizers use sigaltstack and gettid. */
static const int allowed[] = { SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(close), SCMP_SYS(exit_group),
	SCMP_SYS(fstat), SCMP_SYS(futex), SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday), SCMP_SYS(lseek), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap),
	SCMP_SYS(pread64), SCMP_SYS(read), SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(sigaltstack), SCMP_SYS(sysinfo) };

/* Fcntl may make another descriptor of an open file, and answer the questions of stdio and FFmpeg. */
static const unsigned asked_of_files[] = { F_DUPFD_CLOEXEC, F_GETFD, F_GETFL };

static bool allow_to_talk(scmp_filter_ctx filter, int talk)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, (unsigned)talk, 0)) ==
		0 &&
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setitimer), 0) == 0;
}

/* The filter of calls, translated, or -1. */
static int filter_calls(int talk)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(1)); /* EPERM */
	bool good = filter;

	for (size_t i = 0; good && i < sizeof allowed / sizeof allowed[0]; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
	for (size_t i = 0; good && i < sizeof asked_of_files / sizeof asked_of_files[0]; i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
			       SCMP_A1(SCMP_CMP_EQ, asked_of_files[i], 0)) == 0;
	good = good && (!talk || allow_to_talk(filter, talk));
	good = good &&
		seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
		seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
	if (good)
		return pmk_filter_translate(filter);
	if (filter)
		seccomp_release(filter);
	return -1;
}

#else
static int filter_calls(int talk)
{
	return -1;
}
#endif

unsigned pmk_lockdown(const struct pmk_lock_limits *limits)
{
	unsigned taken = 0;
	int filter = filter_calls(limits->talk); /* needs a file, which the limits refuse */

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	taken |= limit_memory(limits) ? 0 : PMK_LOCK_POOR;
	limit_resources(limits);
	taken |= pmk_guard_paths(NULL, 0, false) ? PMK_LOCK_LANDLOCK : 0;
	taken |= pmk_filter_enforce(filter, 0) ? PMK_LOCK_SECCOMP : 0;
	return taken;
}
