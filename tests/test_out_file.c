/* SPDX-License-Identifier: MIT */
/* Live recordings: what was written can be played, whether the disk is full at any byte, the program is killed at any
 * time, or all goes well. */
#include "image/shown_seal.h"
#include "io/sink.h"
#include "media_material.h"

#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#define FPS 10
#define PICTURES 40
#define FEW 5 /* pictures that may be on their way through the encoder */

static const char *const kinds[] = { "a.mkv", "a.mp4", "a.y4m" };
static const struct pmk_layout small = { .width = 96, .height = 64 };
static const struct pmk_sink_setup setup = { .layout = { .width = 96, .height = 64 }, .fps = FPS };
static uint64_t room; /* what the disk seems to have; 0: the truth */
static bool room_unknown;
static char warned[512];

int __real_fstatvfs64(int fd, struct statvfs *disk);
int __wrap_fstatvfs64(int fd, struct statvfs *disk);

int __wrap_fstatvfs64(int fd, struct statvfs *disk)
{
	int err = room_unknown ? -1 : __real_fstatvfs64(fd, disk);

	if (room) {
		disk->f_frsize = 1;
		disk->f_bavail = room;
	}
	return err;
}

static const char *watched; /* a temporary name; NULL: none */
static int closed, let_go; /* how often its file was closed, and how often another process could then claim it */

int __real_close(int fd);
int __wrap_close(int fd);

/* As another process does that finds the name. */
static bool can_be_claimed(const char *temporary)
{
	int fd = open(temporary, O_RDWR | O_CLOEXEC);
	bool free = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (fd >= 0)
		__real_close(fd);
	return free;
}

int __wrap_close(int fd)
{
	struct stat own, there;
	bool is_it = watched && fstat(fd, &own) == 0 && stat(watched, &there) == 0 && own.st_ino == there.st_ino;
	int err = __real_close(fd);

	closed += is_it;
	let_go += is_it && can_be_claimed(watched);
	return err;
}

/* --- writing --- */

struct recording {
	struct pmk_sink *sink;
	struct pmk_shown_pool *pool;
	int sent;
};

static void begin(struct recording *r, const char *path)
{
	*r = (struct recording){ .pool = pmk_shown_pool_create(2, &small) };
	assert_non_null(r->pool);
	assert_int_equal(pmk_sink_file_open(path, &setup, &r->sink), 0);
}

static int send_picture(struct recording *r)
{
	struct pmk_shown *shown = pmk_shown_pool_take(r->pool);
	int err;

	assert_non_null(shown);
	material_draw(&shown->image, 3 * r->sent);
	shown->time_ns = UINT64_C(1000000000) * (uint64_t)(1 * FPS + r->sent) / FPS;
	shown->position_ns = -1;
	err = pmk_sink_write(r->sink, shown);
	pmk_shown_unref(shown);
	r->sent += !err;
	return err;
}

static int end(struct recording *r)
{
	int err = pmk_sink_close(r->sink, NULL);

	pmk_shown_pool_destroy(r->pool);
	return err;
}

/* --- what can be played --- */

struct played {
	int pictures;
	double last_s, length_s; /* time of the last picture; the length that the file says, or 0 */
};

static void decode(AVFormatContext *from, AVCodecContext *decoder, AVPacket *packet, struct played *p)
{
	AVFrame *frame = av_frame_alloc();

	avcodec_send_packet(decoder, packet);
	while (avcodec_receive_frame(decoder, frame) >= 0) {
		if (frame->decode_error_flags)
			continue;
		p->pictures++;
		p->last_s = (double)frame->best_effort_timestamp * av_q2d(from->streams[0]->time_base);
	}
	av_frame_free(&frame);
}

static struct played play(const char *path)
{
	AVFormatContext *from = NULL;
	AVCodecContext *decoder;
	AVPacket *packet = av_packet_alloc();
	struct played p = { .last_s = -1 };

	av_log_set_level(AV_LOG_QUIET);
	if (avformat_open_input(&from, path, NULL, NULL) < 0 || avformat_find_stream_info(from, NULL) < 0 ||
		!from->nb_streams) {
		avformat_close_input(&from);
		av_packet_free(&packet);
		return p;
	}
	p.length_s = from->duration > 0 ? (double)from->duration / AV_TIME_BASE : 0;
	decoder = avcodec_alloc_context3(avcodec_find_decoder(from->streams[0]->codecpar->codec_id));
	avcodec_parameters_to_context(decoder, from->streams[0]->codecpar);
	decoder->thread_count = 1;
	assert_int_equal(avcodec_open2(decoder, decoder->codec, NULL), 0);
	while (av_read_frame(from, packet) >= 0) {
		decode(from, decoder, packet, &p);
		av_packet_unref(packet);
	}
	decode(from, decoder, NULL, &p);
	avcodec_free_context(&decoder);
	avformat_close_input(&from);
	av_packet_free(&packet);
	return p;
}

/* After `sent` pictures, what is left at `path` plays to within two seconds of the end. */
static void assert_plays(const char *path, int sent, const char *what, long where)
{
	struct played p = play(path);

	if (p.last_s < (double)(sent - 1) / FPS - 2.002 || (sent && !p.pictures))
		fail_msg("%s, %s %ld: %d pictures to %.2f s; %d were sent", path, what, where, p.pictures, p.last_s,
			sent);
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (long)st.st_size;
}

/* The types of the boxes of an .mp4. */
static const char *boxes_of(const char *path)
{
	static char found[400];
	size_t size, at = 0, used = 0;
	uint8_t *data = material_load(path, &size);

	found[0] = '\0';
	while (at + 16 <= size && used + 6 < sizeof found) {
		uint64_t bytes = 0;
		bool wide = data[at + 3] == 1 && !data[at] && !data[at + 1] && !data[at + 2];

		for (size_t i = wide ? 8 : 0; i < (wide ? 16 : 4); i++)
			bytes = bytes << 8 | data[at + i];
		used += (size_t)snprintf(found + used, sizeof found - used, "%.4s ", (const char *)data + at + 4);
		at += bytes;
	}
	if (at != size)
		strcat(found, "?");
	free(data);
	return found;
}

/* --- tests --- */

/* Store the first bytes of a file whose last whole part ends at `whole`. The first box of the next part gets its size
 * and type last. */
static void store_cut(const char *path, const uint8_t *data, long bytes, long whole, bool boxes)
{
	uint8_t *copy = malloc((size_t)bytes);

	assert_non_null(copy);
	memcpy(copy, data, (size_t)bytes);
	if (boxes)
		memset(copy + whole, 0, (size_t)(bytes - whole < 8 ? bytes - whole : 8));
	material_store(path, copy, (size_t)bytes);
	free(copy);
}

/* Whenever the program is killed, its file ends at some byte. */
static void test_killed_at_any_byte(void **state)
{
	for (int kind = 0; kind < 3; kind++) {
		const char *path = material_path(kinds[kind]), *cut = material_path(kind == 1 ? "cut.mp4" : "cut.mkv");
		long sizes[PICTURES];
		struct recording r;
		uint8_t *data;
		size_t size;

		begin(&r, path);
		for (int n = 0; n < PICTURES; n++) {
			assert_int_equal(send_picture(&r), 0);
			sizes[n] = size_of(path);
		}
		assert_true(sizes[FEW] > 0);
		data = material_load(path, &size);
		for (long at = sizes[FEW]; at <= (long)size; at += 1 + ((long)size - sizes[FEW]) / 97) {
			int sent = 0;

			while (sent < PICTURES && sizes[sent] <= at)
				sent++;
			store_cut(cut, data, at, sent ? sizes[sent - 1] : 0, kind == 1);
			assert_plays(cut, sent, "cut at", at);
		}
		free(data);
		assert_int_equal(end(&r), 0);
		assert_plays(path, PICTURES + 2 * FPS, "ended", 0); /* to the very end */
		assert_int_equal(material_clear(), 2);
	}
}

static void limit_files(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void fill_disk(const char *path, long limit)
{
	struct recording r;
	int err = 0, close_err;

	material_errors = 0;
	begin(&r, path);
	limit_files((rlim_t)limit);
	while (!err && r.sent < PICTURES)
		err = send_picture(&r);
	close_err = end(&r);
	limit_files(RLIM_INFINITY);
	if (err || close_err) {
		assert_int_equal(err ? err : close_err, -EFBIG);
		assert_int_equal(material_errors, 1);
	}
	if (!size_of(path)) {
		assert_non_null(strstr(material_line, "cannot be written: the limit of a file's size is reached"));
		return;
	}
	if (err && !strstr(material_line, "the limit of a file's size is reached (ulimit -f) after 00:00:0") &&
		!strstr(material_line, "the limit of a file's size is reached (ulimit -f) after 0."))
		fail_msg("\"%s\"", material_line);
	if (err && !strstr(material_line, "what was recorded until then is there and plays"))
		fail_msg("\"%s\"", material_line);
	assert_true(size_of(path) <= limit);
	assert_plays(path, r.sent, "limit", limit);
}

static void test_full_at_any_byte(void **state)
{
	for (int kind = 0; kind < 3; kind++) {
		const char *path = material_path(kinds[kind]);
		struct recording r;
		long whole;

		begin(&r, path);
		for (int n = 0; n < PICTURES; n++)
			assert_int_equal(send_picture(&r), 0);
		assert_int_equal(end(&r), 0);
		whole = size_of(path);
		for (long limit = 0; limit < whole + 200; limit += 1 + whole / 61) {
			unlink(path);
			fill_disk(path, limit);
			assert_true(material_clear() <= 1); /* and nothing beside it */
		}
	}
}

static void record_for_ever(const char *path, int told)
{
	struct recording r;

	begin(&r, path);
	while (!send_picture(&r) && write(told, &r.sent, sizeof r.sent) == sizeof r.sent)
		usleep(300);
	_exit(1);
}

static void test_killed_at_any_time(void **state)
{
	uint32_t seed = 7;

	for (int i = 0; i < 12; i++) {
		const char *path = material_path(kinds[i % 2]);
		int told[2], sent = 0, enough = 2 * FEW + (int)(material_random(&seed) % 120), status;
		pid_t child;

		assert_int_equal(pipe(told), 0);
		child = fork();
		if (!child)
			record_for_ever(path, told[1]);
		close(told[1]);
		while (sent < enough && read(told[0], &sent, sizeof sent) == sizeof sent)
			;
		usleep(material_random(&seed) % 500);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		while (read(told[0], &sent, sizeof sent) == sizeof sent)
			;
		close(told[0]);
		assert_plays(path, sent, "killed after", sent);
		assert_true(play(path).length_s > (double)sent / FPS - 2); /* players can seek */
		assert_int_equal(material_clear(), 1);
	}
}

static void test_a_good_end_is_ordinary(void **state)
{
	for (int kind = 0; kind < 2; kind++) {
		const char *path = material_path(kinds[kind]);
		struct recording r;
		struct played p;

		begin(&r, path);
		for (int n = 0; n < PICTURES; n++)
			assert_int_equal(send_picture(&r), 0);
		if (kind == 1)
			assert_non_null(strstr(boxes_of(path), "ftyp moov moof mdat moof "));
		assert_int_equal(end(&r), 0);
		p = play(path);
		assert_int_equal(p.pictures, PICTURES);
		assert_true(fabs(p.last_s - (double)(PICTURES - 1) / FPS) < 0.002);
		assert_true(fabs(p.length_s - (double)PICTURES / FPS) < 0.02);
		if (kind == 1)
			assert_string_equal(boxes_of(path), "ftyp mdat moov ");
		material_clear();
	}
}

/* A start that fails, or that shows nothing, leaves an older file as it was. */
static void test_older_file(void **state)
{
	for (int kind = 0; kind < 3; kind++) {
		const char *path = material_path(kinds[kind]);
		struct recording r;

		material_store(path, "old", 3);
		begin(&r, path);
		assert_int_equal(end(&r), 0);
		assert_int_equal(size_of(path), 3);
		begin(&r, path);
		limit_files(10);
		while (!send_picture(&r))
			assert_true(r.sent <= FEW);
		assert_int_equal(end(&r), -EFBIG);
		limit_files(RLIM_INFINITY);
		assert_int_equal(size_of(path), 3);
		begin(&r, path);
		assert_int_equal(send_picture(&r), 0);
		assert_int_equal(end(&r), 0);
		assert_int_equal(play(path).pictures, 1);
		assert_int_equal(material_clear(), 1);
	}
}

static void keep_warning(void *user, enum pmk_log_level level, const char *line)
{
	if (level != PMK_LOG_WARN)
		return;
	assert_string_equal(warned, ""); /* once */
	snprintf(warned, sizeof warned, "%s", line);
}

/* After two seconds, only `left` bytes of `first` are there. */
static void record_with(uint64_t first, uint64_t left)
{
	struct recording r;

	pmk_log_redirect(keep_warning, NULL);
	warned[0] = '\0';
	room = first;
	begin(&r, material_path("a.mkv"));
	for (int n = 0; n < 4 * FPS; n++) {
		room = n < 2 * FPS ? room - 1000 : left;
		assert_int_equal(send_picture(&r), 0);
		assert_true(n >= 2 * FPS || !warned[0]);
	}
	assert_int_equal(end(&r), 0);
	room = 0;
	pmk_log_redirect(material_heard, NULL);
	material_clear();
}

static void test_little_room(void **state)
{
	record_with(40000000, 3990000);
	assert_non_null(strstr(warned, "a.mkv: the disk has only 4.0 MB left, enough for about 0"));
	record_with(300000, 60000); /* more than a tenth */
	assert_non_null(strstr(warned, "a.mkv: the disk has only 0.1 MB left, enough for about 00:00:"));
	record_with(40000000, 100); /* that it is full is about to be said */
	assert_string_equal(warned, "");
}

/* A folder that takes the name meanwhile. Nothing is there then, and nothing says that it is. */
static void test_name_is_taken(void **state)
{
	const char *path = material_path("a.mkv");
	struct recording r;
	int err = 0;

	material_errors = 0;
	begin(&r, path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int n = 0; n < PICTURES && !err; n++)
		err = send_picture(&r);
	assert_int_equal(err, -EISDIR);
	assert_int_equal(end(&r), -EISDIR);
	assert_int_equal(material_errors, 1);
	assert_non_null(strstr(material_line, "a.mkv: cannot be created: Is a directory"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(material_clear(), 0);
}

/* A recording that nobody can find any more ends at once; one that was renamed goes on, and the end says where it is.
 */
static void test_name_is_lost(void **state)
{
	char path[100], other[100], words[300];
	struct recording r;

	snprintf(path, sizeof path, "%s", material_path("a.mkv"));
	snprintf(other, sizeof other, "%s", material_path("b.mkv"));
	for (int way = 0; way < 3; way++) {
		int err = 0;

		material_errors = 0;
		begin(&r, path);
		for (int n = 0; n < FPS; n++)
			assert_int_equal(send_picture(&r), 0);
		if (way == 0)
			assert_int_equal(unlink(path), 0);
		if (way == 1)
			assert_int_equal(
				close(mkstemp(strcpy(other, material_path("bXXXXXX")))) || rename(other, path), 0);
		if (way == 2)
			assert_int_equal(rename(path, other), 0);
		for (int n = 0; n < PICTURES && !err; n++)
			err = send_picture(&r);
		assert_int_equal(err, way < 2 ? -ENOENT : 0);
		assert_int_equal(end(&r), -ENOENT);
		assert_int_equal(material_errors, 1);
		snprintf(words, sizeof words, "another program renamed the recording, which is now %s", other);
		assert_non_null(strstr(material_line, way < 2 ? "the recording is lost after 0" : words));
		if (way == 2)
			assert_plays(other, FPS + PICTURES, "renamed", 0);
		assert_int_equal(unlink(path), way == 1 ? 0 : -1);
		unlink(other);
	}
	assert_int_equal(material_clear(), 0);
}

static void overwrite(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | flags);

	assert_int_equal(write(fd, "theirs", 6), 6);
	close(fd);
}

/* One that another program writes into ends at once, too, and what that program wrote stays as it is. */
static void test_overwritten(void **state)
{
	for (int way = 0; way < 12; way++) {
		const char *path = material_path(kinds[way % 3]);
		bool appended = way / 3 % 2, at_the_end = way / 6;
		struct recording r;
		int err = 0;
		long size;

		material_errors = 0;
		begin(&r, path);
		for (int n = 0; n < FPS; n++)
			assert_int_equal(send_picture(&r), 0);
		overwrite(path, appended ? O_APPEND : O_TRUNC);
		size = size_of(path);
		for (int n = 0; n < PICTURES && !err && !at_the_end; n++)
			err = send_picture(&r);
		assert_int_equal(err, at_the_end ? 0 : -ESTALE);
		assert_int_equal(end(&r), -ESTALE);
		assert_int_equal(material_errors, 1);
		assert_non_null(strstr(material_line, "the recording is lost after 0"));
		assert_non_null(strstr(material_line, ": another program overwrote its file"));
		assert_int_equal(size_of(path), size);
		assert_int_equal(material_clear(), 1);
	}
}

static void test_unknown_room(void **state)
{
	struct recording r;

	pmk_log_redirect(keep_warning, NULL);
	warned[0] = '\0';
	begin(&r, material_path("a.mkv"));
	room_unknown = true;
	for (int n = 0; n < 2 * FPS; n++)
		assert_int_equal(send_picture(&r), 0);
	assert_int_equal(end(&r), 0);
	assert_string_equal(warned, "");
	room_unknown = false;
	pmk_log_redirect(material_heard, NULL);
	material_clear();
}

/* A conversion has its claim for as long as its file has the temporary name, whether it ends well or badly. */
static void test_claim_lasts(void **state)
{
	const struct pmk_sink_setup file = { .layout = small, .fps = FPS, .whole = true };

	for (int fails = 0; fails < 2; fails++) {
		struct recording r = { .pool = pmk_shown_pool_create(2, &small) };

		closed = let_go = 0;
		watched = material_path(".a.mkv.potemkin");
		assert_int_equal(pmk_sink_file_open(material_path("a.mkv"), &file, &r.sink), 0);
		assert_int_equal(send_picture(&r), 0);
		limit_files(fails ? 10 : RLIM_INFINITY);
		assert_int_equal(end(&r), fails ? -EFBIG : 0);
		limit_files(RLIM_INFINITY);
		watched = NULL;
		assert_int_equal(closed, !fails); /* to hear of errors */
		assert_int_equal(let_go, 0);
		assert_int_equal(material_clear(), !fails);
	}
}

static int start(void **state)
{
	signal(SIGXFSZ, SIG_IGN);
	return material_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_at_any_byte),
		cmocka_unit_test(test_full_at_any_byte),
		cmocka_unit_test(test_killed_at_any_time),
		cmocka_unit_test(test_a_good_end_is_ordinary),
		cmocka_unit_test(test_older_file),
		cmocka_unit_test(test_claim_lasts),
		cmocka_unit_test(test_little_room),
		cmocka_unit_test(test_unknown_room),
		cmocka_unit_test(test_name_is_taken),
		cmocka_unit_test(test_name_is_lost),
		cmocka_unit_test(test_overwritten),
	};

	return cmocka_run_group_tests(tests, start, material_teardown);
}
