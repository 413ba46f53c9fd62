/* SPDX-License-Identifier: MIT */
#include "media/out/out_file.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/place/file_id.h"
#include "media/av.h"
#include "media/out/mp4_whole.h"
#include "media/out/out_io.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/intfloat.h>
#include <libavutil/intreadwrite.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { MKV_HEAD = 4096, MKV_DURATION = 11 }; /* bytes */
static const int64_t EVERY_NS = 500 * (int64_t)PMK_MS_NS;
static const int64_t RATE_KNOWN_NS = 2 * (int64_t)PMK_S_NS;
static const int64_t LITTLE_NS = 60 * (int64_t)PMK_S_NS;

/* --- what is said --- */

/* "00:12:31", "0.43 s" */
static const char *clock_text(int64_t ns, char text[32])
{
	long long s = (long long)(ns / (int64_t)PMK_S_NS);

	if (s)
		snprintf(text, 32, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, 32, "%.2f s", (double)ns / 1e9);
	return text;
}

static void tell_replacing(const struct pmk_out_file *file)
{
	if (access(file->path, F_OK) == 0)
		pmk_info("%s exists, and is replaced %s", file->path,
			file->live ? "by the first pictures" : "once the new file is complete");
}

static const char *reason_of(int averror, char text[128])
{
	switch (AVUNERROR(averror)) {
	case ENOSPC:
		return "the disk is full";
	case EDQUOT:
		return "the disk quota is used up";
	case EFBIG:
		return pmk_new_file_reason(-EFBIG);
	case ESTALE:
		return "another program overwrote its file";
	default:
		return pmk_av_reason(averror, text);
	}
}

/* Encoders such as libx264 do not say why they fail, and do if there is not enough memory. */
static int look_at_memory(int averror)
{
	enum { ENOUGH = 64 << 20 };
	void *probe = averror == AVERROR_EXTERNAL ? av_malloc(ENOUGH) : NULL;
	bool enough = probe;

	av_free(probe);
	return averror == AVERROR_EXTERNAL && !enough ? AVERROR(ENOMEM) : averror;
}

static int lose(const struct pmk_out_file *file, const char *how, int err)
{
	char time[32];

	pmk_error_cure(PMK_CURE_START_AGAIN, "%s: the recording is lost after %s: another program %s its file",
		file->path, clock_text(file->whole_ns, time), how);
	return err;
}

int pmk_out_file_fail(const struct pmk_out_file *file, int averror)
{
	bool full = averror == AVERROR(ENOSPC) || averror == AVERROR(EDQUOT);
	enum pmk_cure cure = full ? PMK_CURE_FREE_SPACE : PMK_CURE_NONE;
	char text[128], time[32];

	averror = look_at_memory(averror);
	if (file->named && averror == AVERROR(ESTALE))
		return lose(file, "overwrote", -ESTALE);
	if (file->named)
		pmk_error_cure(cure, "%s: %s after %s; what was recorded until then is there and plays", file->path,
			reason_of(averror, text), clock_text(file->whole_ns, time));
	else
		pmk_error_cure(cure, "%s: cannot be written: %s", file->path, reason_of(averror, text));
	return pmk_av_errno(averror);
}

/* --- room on the disk --- */

/* False: unknown; then `room` stays. */
static bool room_on_disk(int fd, uint64_t *room)
{
	struct statvfs disk;

	if (fstatvfs(fd, &disk))
		return false;
	*room = (uint64_t)disk.f_bavail * disk.f_frsize;
	return true;
}

/* A tenth of the room that was there may be hours, or a moment; a minute is little in any case. The first pictures do
 * not tell the rate. */
static void look_at_room(struct pmk_out_file *file)
{
	double left_ns;
	uint64_t left;
	char time[32];
	bool little;

	if (file->warned || !file->room || !room_on_disk(file->fd, &left))
		return;
	left_ns = (double)left * ((double)file->whole_ns / (double)file->whole_bytes);
	little = left < file->room / 10 || (left_ns < (double)LITTLE_NS && file->whole_ns >= RATE_KNOWN_NS);
	if (!little || left_ns < (double)PMK_S_NS) /* that it is full is said at once */
		return;
	file->warned = true;
	pmk_warn_cure(PMK_CURE_FREE_SPACE, "%s: the disk has only %.1f MB left, enough for about %s at this rate",
		file->path, (double)left / 1e6, clock_text((int64_t)left_ns, time));
}

/* --- duration of a .mkv --- */

/* FFmpeg leaves room for the duration in a .mkv file, and fills it at the end. Until then, the duration so far is
 * there: without one, players cannot seek. Elements: RFC 9559, 5.1.2 and RFC 8794, 11.3.2. */
static int64_t find_mkv_duration(int fd)
{
	static const uint8_t empty[MKV_DURATION] = { 0xec, 0x01, 0, 0, 0, 0, 0, 0, 2 };
	uint8_t head[MKV_HEAD];
	ssize_t size = pread(fd, head, sizeof head, 0);
	const uint8_t *found = size > 0 ? memmem(head, (size_t)size, empty, sizeof empty) : NULL;

	return found ? found - head : 0;
}

static void write_mkv_duration(struct pmk_out_file *file)
{
	uint8_t element[MKV_DURATION] = { 0x44, 0x89, 0x88 };

	if (!file->duration_at)
		file->duration_at = find_mkv_duration(file->fd);
	AV_WB64(element + 3, av_double2int((double)file->whole_ns / PMK_MS_NS));
	if (file->duration_at && pwrite(file->fd, element, sizeof element, file->duration_at) < 0)
		file->duration_at = 0;
}

/* --- the file --- */

int pmk_out_file_create(struct pmk_out_file *file, const char *path, bool live)
{
	struct pmk_out_file made = { .path = strdup(path), .live = live };

	if (!made.path)
		return -ENOMEM;
	made.fd = pmk_new_file_claim(&made.place, path);
	if (made.fd < 0) {
		free(made.path);
		return made.fd;
	}
	made.place.precious = !live; /* of a live one, nothing is in it until it has its name */
	if (live)
		room_on_disk(made.fd, &made.room);
	*file = made;
	return 0;
}

int pmk_out_file_begin(struct pmk_out_file *file, AVFormatContext *format)
{
	AVDictionary *options = NULL;
	int err;

	file->mkv = file->live && pmk_av_is_matroska(format->oformat);
	file->mp4 = file->live && pmk_av_is_mp4(format->oformat);
	file->held = av_packet_alloc();
	err = file->held ? pmk_out_io_open(file->fd, file->mp4, &format->pb) : AVERROR(ENOMEM);
	if (file->mp4)
		av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof+skip_trailer", 0);
	if (err >= 0)
		err = avformat_write_header(format, &options);
	av_dict_free(&options);
	if (err < 0)
		return pmk_out_file_fail(file, err);
	tell_replacing(file);
	return 0;
}

static int write_held(struct pmk_out_file *file, AVFormatContext *format)
{
	file->written += file->held->size > 0;
	return file->held->size ? av_interleaved_write_frame(format, file->held) : 0;
}

int pmk_out_file_packet(struct pmk_out_file *file, AVFormatContext *format, AVPacket *packet)
{
	int err;

	if (!file->mp4) {
		file->written++;
		return av_interleaved_write_frame(format, packet);
	}
	if (file->held->size)
		file->held->duration = packet->dts - file->held->dts;
	err = write_held(file, format);
	av_packet_move_ref(file->held, packet);
	return err;
}

/* Where the pictures end that FFmpeg's muxer has. */
static int64_t end_of_written(const struct pmk_out_file *file, const AVFormatContext *format, int64_t end_ns)
{
	return file->held->size ?
		av_rescale_q(file->held->pts, format->streams[0]->time_base, (AVRational){ 1, PMK_S_NS }) :
		end_ns;
}

/* At the first call; a file that could not get its name is removed. */
static int give_name(struct pmk_out_file *file)
{
	int err = file->named ? 0 : pmk_new_file_keep(&file->place);

	file->named = !err;
	return err;
}

/* --- whether the name still leads to the file --- */

/* A live file that nobody can find any more is not written on. */
static int check_not_removed(const struct pmk_out_file *file)
{
	struct stat st;

	if (fstat(file->fd, &st) < 0 || st.st_nlink)
		return 0;
	return lose(file, "removed or replaced", -ENOENT);
}

/* The end: it may be elsewhere. */
static int check_name(const struct pmk_out_file *file)
{
	struct pmk_file_id own = { 0 };
	struct stat there;
	char link[32], place[PATH_MAX];
	ssize_t length;
	int err = check_not_removed(file);

	if (err || pmk_file_id_of(file->fd, &own) || (stat(file->path, &there) == 0 && pmk_file_id_is(&own, &there)))
		return err;
	snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
	length = readlink(link, place, sizeof place);
	pmk_error("%s: another program renamed the recording, which is now %.*s", file->path,
		length < 0 ? 18 : (int)length, length < 0 ? "under another name" : place);
	return -ENOENT;
}

int pmk_out_file_flush(struct pmk_out_file *file, AVFormatContext *format, int64_t end_ns)
{
	uint64_t now = file->live ? pmk_clock_now_ns() : 0;
	bool due = !file->whole_bytes || end_ns - file->whole_ns >= EVERY_NS ||
		now - file->flush_ns >= (uint64_t)EVERY_NS;
	int err;

	if (!file->live || !file->written || !due)
		return 0;
	err = av_write_frame(format, NULL);
	if (err >= 0)
		err = pmk_out_io_flush(format->pb);
	if (err < 0)
		return pmk_out_file_fail(file, err);
	file->whole_bytes = avio_tell(format->pb);
	file->whole_ns = end_of_written(file, format, end_ns);
	file->flush_ns = now;
	if (file->mkv)
		write_mkv_duration(file);
	look_at_room(file);
	err = give_name(file);
	return err ? err : check_not_removed(file);
}

/* Hear of errors that come only when a file is closed, as on NFS, and keep the claim: it lasts until the last close. */
static int close_copy(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 || close(copy) < 0 ? AVERROR(errno) : 0;
}

int pmk_out_file_end(struct pmk_out_file *file, AVFormatContext *format, int64_t end_ns, bool partial)
{
	int err = write_held(file, format);

	if (err >= 0)
		err = av_write_trailer(format);
	if (err >= 0)
		err = pmk_out_io_flush(format->pb);
	if (err >= 0 && !file->live)
		err = close_copy(file->fd);
	if (err < 0)
		return pmk_out_file_fail(file, err);
	file->whole_bytes = avio_size(format->pb);
	file->whole_ns = end_ns;
	file->place.partial = partial && !file->live;
	err = give_name(file);
	return err || !file->live ? err : check_name(file);
}

/* A live file that has its name: the end of what can be played becomes its end. */
static void complete(const struct pmk_out_file *file)
{
	if (ftruncate(file->fd, file->whole_bytes) < 0)
		pmk_debug("%s: its last, incomplete part stays: %s", file->path, strerror(errno));
	else if (file->mp4 && pmk_mp4_make_whole(file->fd, file->whole_ns))
		pmk_debug("%s: it stays in fragments", file->path);
}

void pmk_out_file_close(struct pmk_out_file *file, AVFormatContext *format)
{
	int err = format ? pmk_out_io_close(&format->pb) : 0;

	if (file->fd >= 0 && file->live && file->named && err != AVERROR(ESTALE))
		complete(file);
	pmk_new_file_drop(&file->place);
	if (file->fd >= 0)
		close(file->fd);
	av_packet_free(&file->held);
	free(file->path);
	*file = (struct pmk_out_file){ .fd = -1 };
}
