/* SPDX-License-Identifier: MIT */
#include "base/open_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	bool given;
	int fd;
	int64_t bytes;
} handed;

void pmk_open_file_hand(int fd, int64_t bytes)
{
	handed.given = true;
	handed.fd = fd;
	handed.bytes = bytes;
}

int pmk_open_file(const char *path, int64_t *bytes)
{
	struct stat st;
	int fd, err = 0;

	if (handed.given) {
		*bytes = handed.bytes;
		fd = fcntl(handed.fd, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* open must not block on a FIFO */
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	*bytes = st.st_size;
	return fd;
}

int64_t pmk_read_at(int fd, void *data, size_t size, int64_t at)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)data + done, size - done, at + (int64_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (int64_t)done;
}

static bool is_address(const char *path)
{
	size_t word = strspn(path, "abcdefghijklmnopqrstuvwxyz");

	return word && strncmp(path + word, "://", 3) == 0;
}

const char *pmk_open_file_missing(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return NULL;
	if (errno == ENAMETOOLONG)
		return "the name is too long for a file";
	if (errno == EACCES)
		return "this user may not look into its folder";
	if (errno == ENOTDIR)
		return "its path leads through what is no folder";
	if (errno == ELOOP)
		return "a link that leads back to itself";
	if (is_address(path))
		return "an address, and nothing is fetched from one; save it as a file first";
	if (strncmp(path, "~/", 2) == 0)
		return "no folder is called \"~\" here; write your home folder in full";
	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? "a link to a file that is not there" :
							      "there is no such file";
}
