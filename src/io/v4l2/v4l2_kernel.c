/* SPDX-License-Identifier: MIT */
/* The real system calls. Only the table is external here, so that a test with its own table of this name keeps the
 * linker from pulling in this file. */
#include "io/v4l2/v4l2.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"

static int kernel_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static int kernel_close(int fd)
{
	return close(fd) < 0 ? -errno : 0;
}

static int kernel_ioctl(int fd, unsigned long request, void *argument)
{
	int r;

	do
		r = ioctl(fd, request, argument);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_map(int fd, size_t length, uint32_t offset, void **memory)
{
	void *m = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (m == MAP_FAILED)
		return -errno;
	*memory = m;
	return 0;
}

static int kernel_unmap(void *memory, size_t length)
{
	return munmap(memory, length) < 0 ? -errno : 0;
}

static ssize_t kernel_write(int fd, const void *data, size_t bytes)
{
	ssize_t r;

	do
		r = write(fd, data, bytes);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_poll(struct pollfd *fd, uint64_t deadline_ns)
{
	struct timespec left;
	uint64_t now;
	int r;

	do {
		now = pmk_clock_now_ns();
		left = pmk_clock_timespec(deadline_ns > now ? deadline_ns - now : 0);
		r = ppoll(fd, 1, &left, NULL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int kernel_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t r;

	if (fd < 0)
		return -errno;
	r = read(fd, text, size - 1);
	if (r < 0)
		err = -errno;
	else
		text[r] = '\0', text[strcspn(text, "\n")] = '\0';
	close(fd);
	return err;
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int kernel_nodes(int *numbers, int most)
{
	DIR *dir = opendir("/dev");
	const struct dirent *entry;
	const char *digits;
	int count = 0;

	if (!dir)
		return -errno;
	while (count < most && (entry = readdir(dir))) {
		digits = pmk_parse_after(entry->d_name, "video");
		if (digits && pmk_parse_int(digits, 0, 65535, &numbers[count]) == 0)
			count++;
	}
	closedir(dir);
	qsort(numbers, (size_t)count, sizeof(*numbers), compare_ints);
	return count;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = {
	.open = kernel_open,
	.close = kernel_close,
	.ioctl = kernel_ioctl,
	.map = kernel_map,
	.unmap = kernel_unmap,
	.write = kernel_write,
	.poll = kernel_poll,
	.text = kernel_text,
	.nodes = kernel_nodes,
};
