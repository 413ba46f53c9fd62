/* SPDX-License-Identifier: MIT */
#include "app/machine/doctor_lock.h"

#include "base/guard/guard.h"
#include "base/guard/sanitized.h"
#include "base/log.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOCK_FAILED = 255 };

/* --- each returns what the system call does: negative, with errno, if it was refused --- */

static long try_tcp(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long try_udp(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

static long try_raw(void)
{
	return socket(AF_INET, SOCK_RAW, 1);
}

static long try_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long try_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static long try_shadow(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC);
}

static long try_system(void)
{
	return open("/etc/passwd", O_WRONLY | O_CLOEXEC);
}

static long make_in(const char *folder)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%.100s/.potemkin-%d", folder, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static long try_home(void)
{
	return make_in(getenv("HOME") ? getenv("HOME") : "/");
}

static long try_tmp(void)
{
	return make_in("/tmp");
}

static long try_exec(void)
{
	return execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
}

static long try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static long try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long try_memory_of_others(void)
{
	char byte = 0; /* it is at the same address there */
	struct iovec to = { &byte, 1 }, from = { &byte, 1 };

	return process_vm_readv(getppid(), &to, 1, &from, 1, 0);
}

static long try_signal(void)
{
	return kill(getppid(), 0);
}

static long try_users(void)
{
	return unshare(CLONE_NEWUSER);
}

static long try_mount(void)
{
	return mount("none", "/tmp", "tmpfs", MS_RDONLY, NULL);
}

static long try_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long try_keys(void)
{
	return syscall(SYS_keyctl, 0, -3, 1); /* KEYCTL_GET_KEYRING_ID of KEY_SPEC_SESSION_KEYRING */
}

static long try_ring(void)
{
	return syscall(SYS_io_uring_setup, 0, NULL);
}

static long try_faults(void)
{
	return syscall(SYS_userfaultfd, 0);
}

static long try_counters(void)
{
	return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static long try_code(void)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return made == MAP_FAILED ? -1 : 0;
}

static long try_code_later(void)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(made, 4096, PROT_READ | PROT_EXEC);
}

static long try_typing(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "\n");
}

static long try_dumps(void)
{
	return prctl(PR_SET_DUMPABLE, 1);
}

static long try_core(void)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_CORE, &none);
}

static const struct {
	const char *what;
	long (*act)(void);
	bool sanitizers; /* they do it themselves, so their builds cannot refuse it */
} tries[] = {
	{ "connect over TCP", try_tcp, false },
	{ "send over UDP, by IPv6", try_udp, false },
	{ "make a raw socket", try_raw, false },
	{ "read packets of the network", try_packet, false },
	{ "make a netlink socket", try_netlink, false },
	{ "read /etc/shadow", try_shadow, false },
	{ "write /etc/passwd", try_system, false },
	{ "write into the home folder", try_home, false },
	{ "write into /tmp", try_tmp, false },
	{ "run /bin/sh", try_exec, false },
	{ "make a process", try_fork, true },
	{ "trace a process", try_ptrace, true },
	{ "read another process's memory", try_memory_of_others, true },
	{ "send another process a signal", try_signal, true },
	{ "make a user namespace", try_users, false },
	{ "mount a file system", try_mount, false },
	{ "load a BPF program", try_bpf, false },
	{ "use the kernel's keys", try_keys, false },
	{ "use io_uring", try_ring, false },
	{ "handle page faults", try_faults, false },
	{ "count the processor's events", try_counters, false },
	{ "map memory to write and to run", try_code, false },
	{ "make written memory run", try_code_later, false },
	{ "type into the terminal", try_typing, false },
	{ "allow core files again", try_dumps, true },
	{ "change the limit of core files", try_core, true },
};
enum { TRIES = sizeof tries / sizeof tries[0] };

static _Noreturn void try_in_child(long (*act)(void))
{
	const char *const nowhere[] = { NULL };

	if (!pmk_guard_lock(nowhere))
		_exit(LOCK_FAILED);
	errno = 0;
	_exit(act() < 0 ? errno : 0);
}

/* How the child ended; negative: it did not exit, or there is none. */
static int exit_of(pid_t pid)
{
	int status;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The errno with which it was refused; 0: it was not; negative: it could not be tried. */
static int try_one(long (*act)(void))
{
	pid_t pid = fork();
	int code;

	if (pid == 0)
		try_in_child(act);
	code = exit_of(pid);
	return code == LOCK_FAILED ? -1 : code;
}

unsigned pmk_doctor_probe_lock(void)
{
	const char *const nowhere[] = { NULL };
	pid_t pid;
	int code;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit((int)pmk_guard_lock(nowhere));
	code = exit_of(pid);
	return code < 0 ? 0 : (unsigned)code & PMK_GUARD_ALL;
}

static const char *verdict_of(int result)
{
	return result > 0 ? "refused" : result == 0 ? "ALLOWED" : "NO LOCK";
}

static void print_json(const int results[TRIES], bool all)
{
	cJSON *object = cJSON_CreateObject(), *list;
	char *text;

	cJSON_AddBoolToObject(object, "locked", all);
	list = cJSON_AddArrayToObject(object, "tries");
	for (int i = 0; i < TRIES; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "what", tries[i].what);
		cJSON_AddBoolToObject(one, "refused", results[i] > 0);
		cJSON_AddStringToObject(one, "error", results[i] > 0 ? strerror(results[i]) : "");
		cJSON_AddItemToArray(list, one);
	}
	text = cJSON_Print(object);
	puts(text ? text : "{}");
	free(text);
	cJSON_Delete(object);
}

static void print_text(const int results[TRIES], bool all)
{
	for (int i = 0; i < TRIES; i++)
		printf("%s  %s%s%s\n", verdict_of(results[i]), tries[i].what, results[i] > 0 ? ": " : "",
			results[i] > 0 ? strerror(results[i]) : "");
	puts(all ? "The lock of a run holds." :
		   "The lock of a run does not hold: this kernel has no seccomp or no Landlock, the settings of a "
		   "service or container forbid them, or this potemkin was built without.");
}

enum pmk_exit pmk_doctor_try_lock(bool json)
{
	int results[TRIES];
	bool all = true;

	fflush(stdout);
	for (int i = 0; i < TRIES; i++) {
		bool spared = PMK_SANITIZED && tries[i].sanitizers;

		results[i] = spared ? EPERM : try_one(tries[i].act);
		all &= results[i] > 0;
	}
	if (json)
		print_json(results, all);
	else
		print_text(results, all);
	return all ? PMK_EXIT_OK : PMK_EXIT_INTERNAL;
}
