/* SPDX-License-Identifier: MIT */
#include "base/guard/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PMK_HAVE_SECCOMP

#include <seccomp.h>

/* In a process of its own, as the library may crash without memory. errno: set by a malloc that fails. */
static bool translate(void *filter, int to)
{
	const pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		errno = 0;
		_exit(seccomp_export_bpf(filter, to) < 0 || errno == ENOMEM);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

int pmk_filter_translate(void *filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	bool whole = fd >= 0 && translate(filter, fd);

	seccomp_release(filter);
	if (whole || fd < 0)
		return fd;
	close(fd);
	return -1;
}

#endif

/* Kernels before 4.17 do not know SECCOMP_FILTER_FLAG_SPEC_ALLOW, and refuse it. */
static bool enforce(const struct sock_fprog *program, unsigned flags)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program) == 0)
		return true;
	flags &= ~(unsigned)SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	return errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program) == 0;
}

bool pmk_filter_enforce(int fd, unsigned flags)
{
	off_t bytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	struct sock_filter *code = bytes < 0 ? MAP_FAILED : mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	struct sock_fprog program = { .len = (unsigned short)((size_t)bytes / sizeof *code), .filter = code };
	bool good = code != MAP_FAILED && enforce(&program, flags);

	if (code != MAP_FAILED)
		munmap(code, (size_t)bytes);
	if (fd >= 0)
		close(fd);
	return good;
}
