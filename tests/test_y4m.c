/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "io/stream/stream.h"
#include "io/stream/stream_fit.h"
#include "io/stream/stream_pipe.h"
#include "io/stream/y4m.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "YUV4MPEG2 W32 H18 F25:1"
enum { WIDTH = 32, HEIGHT = 18 };

static struct pmk_y4m_head parsed(const char *line)
{
	struct pmk_y4m_head head;
	char why[PMK_Y4M_WHY];

	if (pmk_y4m_parse(line, &head, why))
		fail_msg("%s: %s", line, why);
	return head;
}

static void test_head(void **state)
{
	struct pmk_y4m_head head = parsed("YUV4MPEG2 W640 H480 F30000:1001 Ip A16:11 C420mpeg2 XYSCSS=420MPEG2 "
					  "XCOLORRANGE=FULL XOTHER");

	assert_int_equal(head.width, 640);
	assert_int_equal(head.height, 480);
	assert_int_equal(head.rate.over, 30000);
	assert_int_equal(head.rate.under, 1001);
	assert_int_equal(head.pixel.over, 16);
	assert_int_equal(head.samples, PMK_Y4M_420);
	assert_int_equal(head.siting, 1);
	assert_int_equal(head.range, PMK_RANGE_FULL);
	assert_false(head.interlaced);
	head = parsed(HEAD);
	assert_int_equal(head.siting, 2); /* as mjpegtools has it: C420jpeg */
	assert_int_equal(head.range, PMK_RANGE_LIMITED);
	assert_int_equal(head.pixel.over, 1);
	assert_int_equal(parsed("YUV4MPEG2 W32 H18 F0:0 A0:0").rate.over, 25);
	assert_int_equal(parsed("YUV4MPEG2 W32 H18").rate.over, 25);
	assert_int_equal(parsed("YUV4MPEG2 W32 H18").said_rate.over, 0);
	assert_int_equal(parsed("YUV4MPEG2 W32 H18 F50:0").rate.over, 25);
	assert_int_equal(parsed("YUV4MPEG2 W32 H18 F50:0").said_rate.over, 50);
	assert_string_equal(parsed(HEAD " XCOLORRANGE=full").odd_range, "");
	assert_string_equal(parsed(HEAD " XCOLORRANGE=TV").odd_range, "TV");
	assert_int_equal(parsed(HEAD " XYSCSS=444").samples, PMK_Y4M_444); /* as FFmpeg reads it */
	assert_int_equal(parsed(HEAD " XYSCSS=444 C422").samples, PMK_Y4M_422);
	assert_int_equal(parsed(HEAD " C420paldv").siting, 3);
	assert_int_equal(parsed(HEAD " C420").samples, PMK_Y4M_420);
	assert_int_equal(parsed(HEAD " C422").samples, PMK_Y4M_422);
	assert_int_equal(parsed(HEAD " C444").samples, PMK_Y4M_444);
	assert_int_equal(parsed(HEAD " Cmono").samples, PMK_Y4M_GREY);
	assert_int_equal(parsed(HEAD " Cmono").range, PMK_RANGE_FULL);
	assert_true(parsed(HEAD " It").interlaced);
	assert_true(parsed(HEAD " Im").interlaced);
	assert_false(parsed(HEAD " I?").interlaced);
	assert_string_equal(parsed(HEAD).odd_word, "");
	assert_false(parsed(HEAD " Z9").more_odd_words);
	head = parsed("YUV4MPEG2 W32 Z9 \xff H18 Q1 F50:1 Q1");
	assert_string_equal(head.odd_word, "Z9");
	assert_true(head.more_odd_words);
	assert_int_equal(head.height, 18);
	assert_int_equal(head.rate.over, 50);
}

static void test_bad_heads(void **state)
{
	static const struct {
		const char *line;
		int err;
		const char *why;
	} bad[] = {
		{ "", -EBADMSG, "not YUV4MPEG2" },
		{ "RIFF1234AVI ", -EBADMSG, "not YUV4MPEG2" },
		{ "YUV4MPEG2", -EBADMSG, "not YUV4MPEG2" },
		{ "YUV4MPEG2 W64 H48\r", -EBADMSG, "its first line ends in CR LF" },
		{ "YUV4MPEG2 W64 H48 C420jpeg\r", -EBADMSG, "its first line ends in CR LF" },
		{ "YUV4MPEG2 W64 H48 XCOLORRANGE=FULL\r", -EBADMSG, "its first line ends in CR LF" },
		{ "YUV4MPEG2 W32 F25:1", -EBADMSG, "how large" },
		{ "YUV4MPEG2 W0 H18", -EBADMSG, "\"W0\"" },
		{ "YUV4MPEG2 W-32 H18", -EBADMSG, "\"W-32\"" },
		{ "YUV4MPEG2 W+32 H18", -EBADMSG, "\"W+32\"" },
		{ "YUV4MPEG2 W99999999999999999999 H18", -EBADMSG, "W9999" },
		{ "YUV4MPEG2 W2147483647 H2147483647", -EINVAL, "2147483647 pixels; 16 to 8192" },
		{ "YUV4MPEG2 W8194 H18", -EINVAL, "8194" },
		{ "YUV4MPEG2 W8 H8", -EINVAL, "8 pixels" },
		{ HEAD " F25", -EBADMSG, "\"F25\"" },
		{ HEAD " F-25:1", -EBADMSG, "\"F-25:1\"" },
		{ HEAD " F25:1:1", -EBADMSG, "F25" },
		{ HEAD " Ax:1", -EBADMSG, "Ax" },
		{ HEAD " Iq", -EBADMSG, "\"Iq\"" },
		{ HEAD " I", -EBADMSG, "\"I\"" },
		{ HEAD " C420p10", -ENOTSUP, "C420p10" },
		{ HEAD " C411", -ENOTSUP, "C411" },
		{ HEAD " C444alpha", -ENOTSUP, "C444alpha" },
		{ HEAD " C", -ENOTSUP, "C " },
		{ HEAD " XYSCSS=411", -ENOTSUP, "XYSCSS=411" },
		{ HEAD " F30:1", -EBADMSG, "has a second F: \"F30:1\"" },
		{ HEAD " C422 C422", -EBADMSG, "has a second C" },
	};
	struct pmk_y4m_head head;
	char why[PMK_Y4M_WHY];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int err = pmk_y4m_parse(bad[i].line, &head, why);

		if (err != bad[i].err || !strstr(why, bad[i].why))
			fail_msg("%s: %d, %s", bad[i].line, err, why);
	}
}

static void test_line_of_its_own(void **state)
{
	static const double rates[] = { 30000 / 1001.0, 24000 / 1001.0, 25, 7.5, 12.345, 240, 1, 119.88 };
	struct pmk_layout layout = { .width = 50, .height = 34, .siting = 1 };
	struct pmk_y4m_head head;
	char line[PMK_Y4M_LINE];

	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		pmk_y4m_print(&layout, rates[i], line);
		line[strcspn(line, "\n")] = '\0';
		head = parsed(line);
		assert_true(head.width == 50 && head.height == 34 && head.siting == 1);
		assert_float_equal((double)head.rate.over / head.rate.under, rates[i], 1e-6);
	}
	pmk_y4m_print(&layout, 30000 / 1001.0, line);
	assert_string_equal(line,
		"YUV4MPEG2 W50 H34 F30000:1001 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 "
		"XCOLORRANGE=LIMITED\n");
}

/* --- through a pipe --- */

struct ends {
	int in, out; /* what potemkin reads; where the test writes */
	char path[32];
};

static void open_ends(struct ends *ends)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 1 << 16) > 0);
	*ends = (struct ends){ .in = fds[0], .out = fds[1] };
	snprintf(ends->path, sizeof ends->path, "/proc/self/fd/%d", ends->in);
}

static void put(const struct ends *ends, const void *data, size_t bytes)
{
	assert_int_equal(write(ends->out, data, bytes), bytes);
}

static void put_text(const struct ends *ends, const char *text)
{
	put(ends, text, strlen(text));
}

static void put_picture(const struct ends *ends, size_t bytes, int seed)
{
	uint8_t data[WIDTH * HEIGHT * 3];

	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(i * 7 + (size_t)seed);
	put_text(ends, "FRAME\n");
	put(ends, data, bytes);
}

static struct pmk_source *open_source(struct ends *ends, const struct pmk_source_wish *wish)
{
	struct pmk_source *source;

	assert_true(pmk_pipe_is_input(ends->path));
	assert_int_equal(pmk_source_stream_open(ends->path, wish, &source), 0);
	close(ends->in);
	return source;
}

static int next(struct pmk_source *source, struct pmk_frame **frame)
{
	return pmk_source_read(source, frame, pmk_clock_now_ns() + 10 * PMK_S_NS);
}

/* A frame is there when its last byte is, and not before; what follows may come later. */
static void test_frame_by_frame(void **state)
{
	struct ends ends;
	struct pmk_source *source;
	struct pmk_frame *frame;

	open_ends(&ends);
	put_text(&ends, "YUV4MPEG2 W32 H18 F30000:1001 C420mpeg2\n");
	source = open_source(&ends, &(struct pmk_source_wish){ 0 });
	assert_int_equal(source->layout.siting, 1);
	for (int i = 0; i < 20; i++) { /* more than the pool holds */
		put_text(&ends, "FRA");
		assert_int_equal(pmk_source_read(source, &frame, pmk_clock_now_ns()), -EAGAIN);
		put_text(&ends, i % 2 ? "ME\n" : "ME Ip\n");
		for (int part = 0; part < 2; part++) {
			uint8_t half[WIDTH * HEIGHT * 3 / 4];

			memset(half, i + part, sizeof half);
			assert_int_equal(pmk_source_read(source, &frame, pmk_clock_now_ns()), -EAGAIN);
			put(&ends, half, sizeof half);
		}
		assert_int_equal(next(source, &frame), 0);
		assert_int_equal(frame->number, i);
		assert_int_equal(frame->position_ns, (int64_t)(i * 1001e9 / 30000 + 0.5));
		assert_int_equal(frame->image.plane[0][0], i);
		assert_int_equal(frame->image.plane[2][8 * frame->image.stride[2] + 15], i + 1);
		pmk_frame_unref(frame);
	}
	close(ends.out);
	assert_int_equal(next(source, &frame), -ENODATA);
	pmk_source_close(source);
}

/* Each kind of samples, and its size in bytes. */
static void test_samples(void **state)
{
	static const struct {
		const char *tag;
		size_t bytes;
		enum pmk_chroma chroma;
	} kinds[] = {
		{ "C420jpeg", WIDTH * HEIGHT * 3 / 2, PMK_CHROMA_420 },
		{ "C422", WIDTH * HEIGHT * 2, PMK_CHROMA_422 },
		{ "C444", WIDTH * HEIGHT * 3, PMK_CHROMA_420 },
		{ "Cmono", WIDTH * HEIGHT, PMK_CHROMA_420 },
	};
	struct ends ends;
	struct pmk_source *source;
	struct pmk_frame *frame;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char line[128];

		open_ends(&ends);
		snprintf(line, sizeof line, HEAD " %s\n", kinds[i].tag);
		put_text(&ends, line);
		put_picture(&ends, kinds[i].bytes, 3);
		put_picture(&ends, kinds[i].bytes, 3);
		close(ends.out);
		source = open_source(&ends, &(struct pmk_source_wish){ 0 });
		for (int n = 0; n < 2; n++) {
			assert_int_equal(next(source, &frame), 0);
			assert_int_equal(frame->image.layout.chroma, kinds[i].chroma);
			assert_int_equal(frame->image.plane[0][frame->image.stride[0] + 1], (WIDTH + 1) * 7 % 256 + 3);
			if (i == 3)
				assert_int_equal(frame->image.plane[1][0], 128);
			pmk_frame_unref(frame);
		}
		assert_int_equal(next(source, &frame), -ENODATA);
		pmk_source_close(source);
	}
}

/* A broken frame is an error, and the frames before it were given. */
static void test_broken(void **state)
{
	static const char *const ends_in[] = { "FRAME\nshort", "FRAM", "FRAME", "FRAMES\n", "frame\n", "\n" };
	struct ends ends;
	struct pmk_source *source;
	struct pmk_frame *frame;

	for (size_t i = 0; i < sizeof ends_in / sizeof ends_in[0]; i++) {
		open_ends(&ends);
		put_text(&ends, HEAD "\n");
		put_picture(&ends, WIDTH * HEIGHT * 3 / 2, 0);
		put_text(&ends, ends_in[i]);
		close(ends.out);
		source = open_source(&ends, &(struct pmk_source_wish){ 0 });
		assert_int_equal(next(source, &frame), 0);
		pmk_frame_unref(frame);
		assert_int_equal(next(source, &frame), -EBADMSG);
		pmk_source_close(source);
	}
	for (int i = 0; i < 2; i++) {
		open_ends(&ends);
		put_text(&ends, i ? "YUV4MPEG2 W32 H18" : ""); /* the line has no end */
		close(ends.out);
		assert_int_equal(pmk_source_stream_open(ends.path, &(struct pmk_source_wish){ 0 }, &source), -EBADMSG);
		close(ends.in);
	}
}

/* Pixels that are not square, and wished sizes. */
static void test_fit(void **state)
{
	static const struct {
		const char *tags;
		struct pmk_source_wish wish;
		int width, height, bar_x, bar_y;
	} cases[] = {
		{ "W720 H576 A16:11", { 0 }, 1048, 576, 0, 0 },
		{ "W720 H576 A1:2", { 0 }, 720, 1152, 0, 0 },
		{ "W720 H576 A9:1", { 0 }, 720, 576, 0, 0 }, /* no camera has that */
		{ "W720 H576 A1000:1001", { 0 }, 720, 576, 0, 0 },
		{ "W640 H480", { .width = 320, .height = 180 }, 320, 180, 0, 0 },
		{ "W640 H480", { .width = 320, .height = 180, .contain = true }, 320, 180, 40, 0 },
		{ "W640 H360", { .width = 320, .height = 240, .contain = true }, 320, 240, 0, 30 },
		{ "W640 H360", { .width = 160, .height = 90, .larger = true }, 320, 180, 0, 0 },
		{ "W640 H480 C422", { .width = 320, .height = 180, .contain = true }, 320, 180, 40, 0 },
	};
	struct pmk_stream_fit fit;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pmk_y4m_head head;
		char line[64];

		snprintf(line, sizeof line, PMK_Y4M_MAGIC "%s", cases[i].tags);
		head = parsed(line);
		pmk_stream_fit_choose(&fit, &head, &cases[i].wish);
		if (fit.width != cases[i].width || fit.height != cases[i].height || fit.to.x != cases[i].bar_x ||
			fit.to.y != cases[i].bar_y || fit.from.width + 2 * fit.from.x != head.width)
			fail_msg("%s: %dx%d, bars %d, %d", line, fit.width, fit.height, fit.to.x, fit.to.y);
	}
}

/* Bars repeat the rim of the picture. */
static void test_bars(void **state)
{
	struct ends ends;
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint8_t row[WIDTH];

	open_ends(&ends);
	put_text(&ends, HEAD " C420\nFRAME\n");
	for (int y = 0; y < HEIGHT * 3 / 2; y++) {
		memset(row, y < HEIGHT ? 60 : 90, sizeof row);
		put(&ends, row, sizeof row);
	}
	close(ends.out);
	source = open_source(&ends, &(struct pmk_source_wish){ .width = 64, .height = 64, .contain = true });
	assert_int_equal(next(source, &frame), 0);
	assert_int_equal(frame->bar_y, 14);
	for (int y = 0; y < 64; y++)
		assert_int_equal(frame->image.plane[0][y * frame->image.stride[0] + 63], 60);
	assert_int_equal(frame->image.plane[1][0], 90);
	pmk_frame_unref(frame);
	pmk_source_close(source);
}

/* --- bytes out --- */

static void test_writing(void **state)
{
	static uint8_t much[1 << 21];
	struct pmk_pipe_out out;
	int fds[2], stop[2];
	char path[32];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fds[1]);
	assert_true(pmk_pipe_is_output(path));
	assert_int_equal(pmk_pipe_out_open(&out, path, stop[0]), 0);
	assert_int_equal(pmk_pipe_out_write(&out, "abc", 3), 0);
	assert_int_equal(read(fds[0], much, sizeof much), 3);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(pmk_pipe_out_write(&out, much, sizeof much), -ECANCELED); /* nobody reads, and we are to end */
	close(fds[0]);
	assert_int_equal(pmk_pipe_out_write(&out, much, 1), -EPIPE);
	pmk_pipe_out_close(&out);
	close(fds[1]);
	close(stop[0]);
	close(stop[1]);
	assert_int_equal(pmk_pipe_out_open(&out, "/nowhere/fifo", -1), -ENOENT);
}

static void test_what_is_a_pipe(void **state)
{
	assert_true(pmk_pipe_is_input("-"));
	assert_true(pmk_pipe_is_output("-"));
	assert_true(pmk_pipe_is_output("/dev/stdout"));
	assert_false(pmk_pipe_is_output("/dev/null"));
	assert_false(pmk_pipe_is_output("/tmp"));
	assert_false(pmk_pipe_is_output("./-"));
	assert_false(pmk_pipe_is_input("/proc/self/exe"));
	assert_string_equal(pmk_pipe_name("-", false), "standard input");
	assert_string_equal(pmk_pipe_name("a.fifo", true), "a.fifo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_bad_heads),
		cmocka_unit_test(test_line_of_its_own),
		cmocka_unit_test(test_frame_by_frame),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_what_is_a_pipe),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
