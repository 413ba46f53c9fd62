/* SPDX-License-Identifier: MIT */
#include "media/out/out_io.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, HEAD = 8 }; /* bytes; most parts fit into the buffer and are written in one piece */

#if LIBAVFORMAT_VERSION_MAJOR < 61
typedef uint8_t given;
#else
typedef const uint8_t given;
#endif

struct out_io {
	int fd;
	bool boxes;
	int64_t at; /* where the next byte belongs */
	int64_t size; /* of the file, as it was written here */
	int64_t head_at; /* the beginning of this part */
	int head_bytes; /* how many are held back */
	uint8_t head[HEAD];
};

int pmk_out_write_at(int fd, const uint8_t *bytes, size_t count, int64_t at)
{
	while (count) {
		ssize_t wrote = pwrite(fd, bytes, count, at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		bytes += wrote;
		at += wrote;
		count -= (size_t)wrote;
	}
	return 0;
}

/* Write where nobody else has written or cut anything. The size is the one that this machine knows: NFS would first
 * send all that was written to the server. */
static int put(struct out_io *io, const uint8_t *bytes, int count, int64_t at)
{
	struct statx st;
	int err;

	if (statx(io->fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_SIZE, &st) == 0 &&
		(int64_t)st.stx_size != io->size)
		return AVERROR(ESTALE);
	err = pmk_out_write_at(io->fd, bytes, (size_t)count, at);
	if (!err && count)
		io->size = FFMAX(io->size, at + count);
	return err;
}

static int write_part(void *opaque, given *bytes, int count)
{
	struct out_io *io = opaque;
	int held = 0, err;

	if (io->boxes && io->at == io->head_at + io->head_bytes)
		held = FFMIN(HEAD - io->head_bytes, count);
	memcpy(io->head + io->head_bytes, bytes, (size_t)held);
	io->head_bytes += held;
	err = put(io, bytes + held, count - held, io->at + held);
	if (err < 0)
		return err;
	io->at += count;
	return count;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
	struct out_io *io = opaque;

	if (whence & AVSEEK_SIZE)
		return io->size;
	if ((whence & ~AVSEEK_FORCE) != SEEK_SET)
		return AVERROR(EINVAL); /* FFmpeg's buffer turns the other kinds into this one */
	return io->at = offset;
}

int pmk_out_io_open(int fd, bool boxes, AVIOContext **io)
{
	struct out_io *made = av_mallocz(sizeof *made);
	uint8_t *buffer = av_malloc(BUFFER);

	*io = made && buffer ? avio_alloc_context(buffer, BUFFER, 1, made, NULL, write_part, seek) : NULL;
	if (!*io) {
		av_free(buffer);
		av_free(made);
		return AVERROR(ENOMEM);
	}
	made->fd = fd;
	made->boxes = boxes;
	return 0;
}

int pmk_out_io_flush(AVIOContext *context)
{
	struct out_io *io = context->opaque;
	int err;

	avio_flush(context);
	err = context->error < 0 ? context->error : put(io, io->head, io->head_bytes, io->head_at);
	if (err < 0)
		return context->error = err;
	io->head_at = io->at;
	io->head_bytes = 0;
	return 0;
}

int pmk_out_io_close(AVIOContext **io)
{
	int err;

	if (!*io)
		return 0;
	err = pmk_out_io_flush(*io);
	av_freep(&(*io)->opaque);
	av_freep(&(*io)->buffer);
	avio_context_free(io);
	return err;
}
