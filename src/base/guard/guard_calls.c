/* SPDX-License-Identifier: MIT */
/* Part of guard.h: seccomp. */
#include "base/guard/guard.h"

#ifdef PMK_HAVE_SECCOMP

#include "base/guard/filter.h"
#include "base/guard/sanitized.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

/* A name that this machine's kernel or library does not know is passed over. */
static const char *const allowed[] = {
	/* files, once Landlock has agreed */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "open",
	"openat", "openat2", "close", "close_range", "stat", "fstat", "lstat", "stat64", "fstat64", "lstat64",
	"newfstatat", "fstatat64", "statx", "access", "faccessat", "faccessat2", "lseek", "_llseek", "getdents",
	"getdents64", "readlink", "readlinkat", "getcwd", "dup", "dup2", "dup3", "pipe", "pipe2", "fcntl", "fcntl64",
	"flock", "fsync", "fdatasync", "ftruncate", "ftruncate64", "fallocate", "fadvise64", "fadvise64_64",
	"sync_file_range", "copy_file_range", "statfs", "fstatfs", "statfs64", "fstatfs64", "umask", "mkdir", "mkdirat",
	"unlink", "unlinkat", "rename", "renameat", "renameat2", "chmod", "fchmod", "fchmodat", "fchmodat2", "fchown",
	"fchownat", "utimensat", "getxattr", "fgetxattr", "fsetxattr", "fremovexattr",
	/* waiting */
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64", "epoll_create",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "signalfd",
	"signalfd4", "timerfd_create", "timerfd_settime", "timerfd_settime64", "timerfd_gettime", "timerfd_gettime64",
	"inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch", "wait4", "waitid",
	/* memory, threads */
	"brk", "munmap", "mremap", "madvise", "mincore", "mlock", "mlock2", "munlock", "msync", "membarrier",
	"memfd_create", "futex", "futex_time64", "futex_wait", "futex_wake", "futex_waitv", "set_robust_list",
	"get_robust_list", "rseq", "set_tid_address", "arch_prctl", "exit", "exit_group", "sched_yield",
	"sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler", "sched_setscheduler",
	"sched_getattr", "sched_setattr", "sched_get_priority_min", "sched_get_priority_max", "getpriority",
	"setpriority", "getcpu", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigpending",
	"rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_sigsuspend", "sigaltstack", "restart_syscall", "pause",
	/* clocks */
	"clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
	"clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "times", "alarm", "setitimer", "getitimer",
	"timer_create", "timer_settime", "timer_settime64", "timer_gettime", "timer_delete", "timer_getoverrun",
	/* who and what this is */
	"gettid", "getpid", "getppid", "getpgrp", "getpgid", "getsid", "getuid", "geteuid", "getgid", "getegid",
	"getresuid", "getresgid", "getgroups", "getuid32", "geteuid32", "getgid32", "getegid32", "getrandom", "sysinfo",
	"uname", "getrusage", "getrlimit", "ugetrlimit",
	/* sockets: which ones are made is told below */
	"bind", "connect", "listen", "accept", "accept4", "shutdown", "send", "sendto", "sendmsg", "sendmmsg", "recv",
	"recvfrom", "recvmsg", "recvmmsg", "recvmmsg_time64", "getsockname", "getpeername", "getsockopt", "setsockopt"
};

/* How leaks are looked for at the end: a process of the sanitizer's own stops all threads. */
static const char *const allowed_to_sanitizers[] = { "ptrace", "clone", "prctl", "process_vm_readv", "kill",
	"prlimit64", "setrlimit", "personality", "tkill", "rt_tgsigqueueinfo" };

static bool allow_all(scmp_filter_ctx filter, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0))
			return false;
	}
	return true;
}

static bool allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition) == 0;
}

/* Memory is never written and run, so that a library can be loaded and nothing else. */
static bool allow_memory(scmp_filter_ctx filter)
{
	static const unsigned mapped[] = { 0, PROT_WRITE, PROT_EXEC };
	bool good = allow_if(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	for (size_t i = 0; good && i < sizeof mapped / sizeof mapped[0]; i++)
		good = allow_if(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, mapped[i]));
	return good;
}

/* V4L2, media controllers and DMA buffers; of files and terminals, these alone. */
static bool allow_ioctl(scmp_filter_ctx filter)
{
	static const unsigned types[] = { 'V', '|', 'b' }, single[] = { TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO };
	bool good = true;

	for (size_t i = 0; good && i < sizeof types / sizeof types[0]; i++)
		good = allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, types[i] << 8));
	for (size_t i = 0; good && i < sizeof single / sizeof single[0]; i++)
		good = allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, single[i]));
	return good;
}

static bool allow_prctl(scmp_filter_ctx filter)
{
	enum { SET_VMA = 0x53564d41 };
	static const unsigned asked[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
		PR_GET_SECCOMP, PR_CAPBSET_READ, PR_SET_TIMERSLACK, SET_VMA };
	bool good = true;

	for (size_t i = 0; good && i < sizeof asked / sizeof asked[0]; i++)
		good = allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, asked[i], 0));
	return good;
}

/* Threads but no processes; limits are read; signals go to this process. clone3, whose flags cannot be seen here,
 * fails with ENOSYS, and the C library takes clone. */
static bool allow_threads(scmp_filter_ctx filter)
{
	const unsigned self = (unsigned)getpid();

	return allow_if(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) &&
		allow_if(filter, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)) &&
		allow_if(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self, 0)) &&
		allow_if(filter, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_EQ, self, 0));
}

/* Others are said to be unknown, so that libraries go on without them. */
static bool allow_sockets(scmp_filter_ctx filter)
{
	return allow_if(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) &&
		allow_if(filter, SCMP_SYS(socketpair), SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) &&
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)) == 0;
}

/* For threads that a library has already, too; and without what slows down processors, which the program's own code
 * does not need. */
bool pmk_guard_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	bool good = filter;

#if SCMP_VER_MAJOR > 2 || SCMP_VER_MINOR >= 5
	if (good) /* lookups by halves */
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
#endif
	if (good && PMK_SANITIZED) /* first: what is allowed at all is not allowed under a condition any more */
		good = allow_all(
			filter, allowed_to_sanitizers, sizeof allowed_to_sanitizers / sizeof allowed_to_sanitizers[0]);
	good = good && allow_all(filter, allowed, sizeof allowed / sizeof allowed[0]) && allow_memory(filter) &&
		allow_ioctl(filter) && allow_prctl(filter) && allow_threads(filter) && allow_sockets(filter);
	if (good)
		return pmk_filter_enforce(
			pmk_filter_translate(filter), SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	if (filter)
		seccomp_release(filter);
	return false;
}

#else
bool pmk_guard_calls(void)
{
	return false;
}
#endif
