/* SPDX-License-Identifier: MIT */
#include "base/guard/filter.h"

#ifdef PMK_HAVE_SECCOMP

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int pmk_filter_translate(void *filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	bool whole;

	errno = 0; /* a malloc that fails sets it */
	whole = fd >= 0 && seccomp_export_bpf(filter, fd) == 0 && errno != ENOMEM;
	seccomp_release(filter);
	if (whole || fd < 0)
		return fd;
	close(fd);
	return -1;
}

bool pmk_filter_enforce(int fd, unsigned flags)
{
	off_t bytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	struct sock_filter *code = bytes < 0 ? MAP_FAILED : mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	bool good = code != MAP_FAILED;

	if (good) {
		struct sock_fprog program = { .len = (unsigned short)((size_t)bytes / sizeof *code), .filter = code };

		good = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0;
		munmap(code, (size_t)bytes);
	}
	if (fd >= 0)
		close(fd);
	return good;
}

#endif
