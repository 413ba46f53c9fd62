/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include "base/log.h"
#include "base/open_file.h"

#include <errno.h>
#include <unistd.h>

enum { IO_BYTES = 32768 };

struct bytes { /* of the file, as FFmpeg reads them */
	int fd;
	int64_t at;
};

static int read_bytes(void *user, uint8_t *data, int size)
{
	struct bytes *bytes = user;
	int64_t got = pmk_read_at(bytes->fd, data, (size_t)size, bytes->at);

	if (got < 0)
		return (int)got;
	bytes->at += got;
	return got ? (int)got : AVERROR_EOF;
}

static int64_t seek_bytes(void *user, int64_t offset, int whence)
{
	struct bytes *bytes = user;

	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE)
		return lseek(bytes->fd, 0, SEEK_END); /* it may have grown */
	if (whence == SEEK_CUR)
		offset += bytes->at;
	else if (whence != SEEK_SET)
		return AVERROR(EINVAL);
	if (offset < 0)
		return AVERROR(EINVAL);
	bytes->at = offset;
	return offset;
}

void pmk_av_bytes_close(AVIOContext **io)
{
	struct bytes *bytes = *io ? (*io)->opaque : NULL;

	if (!bytes)
		return;
	close(bytes->fd);
	av_free(bytes);
	av_freep(&(*io)->buffer);
	avio_context_free(io);
}

static int make_io(int fd, AVIOContext **io)
{
	struct bytes *bytes = av_mallocz(sizeof *bytes);
	uint8_t *buffer = av_malloc(IO_BYTES);

	*io = bytes && buffer ? avio_alloc_context(buffer, IO_BYTES, 0, bytes, read_bytes, NULL, seek_bytes) : NULL;
	if (*io) {
		bytes->fd = fd;
		return 0;
	}
	av_free(buffer);
	av_free(bytes);
	return -ENOMEM;
}

int pmk_av_bytes_open(const char *path, AVIOContext **io)
{
	int64_t bytes;
	int fd = pmk_open_file(path, &bytes), err = fd < 0 ? fd : make_io(fd, io);
	char text[128];

	if (!err)
		return 0;
	if (fd >= 0)
		close(fd);
	pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be opened: %s", path,
		err == -EINVAL ? "not a regular file" : pmk_av_reason(err, text));
	return err;
}
