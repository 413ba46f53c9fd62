/* SPDX-License-Identifier: MIT */
/* Backdrops that move: compose/film/. Each picture of the films here has a level of its own, which tells which it is.
 */
#include "film_material.h"

#include "app/cures.h"
#include "base/clock.h"
#include "compose/backdrop.h"
#include "compose/film/player.h"
#include "image/colour.h"
#include "media/still.h"

#include <libavutil/opt.h>

enum { DARKEST = 40, APART = 8 };

static const struct pmk_layout small = { .width = 96, .height = 64 }, layout = { .width = 160, .height = 90 };

/* Levels of the n-th picture. */
static void fill(struct pmk_image *image, int n)
{
	pmk_image_fill(image, (uint8_t[]){ (uint8_t)(DARKEST + APART * n), 128, 128 });
}

static void write_film(const char *name, const struct pmk_layout *size, double fps, int count, const int64_t *positions)
{
	const struct pmk_media_out_settings settings = { .layout = *size, .fps = fps };
	struct pmk_media_out *out;
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, size), 0);
	assert_int_equal(pmk_media_out_open(material_path(name), &settings, &out), 0);
	for (int n = 0; n < count; n++) {
		fill(&image, n);
		assert_int_equal(
			pmk_media_out_write(out, &image, NULL, positions ? positions[n] : (int64_t)(n * 1e9 / fps)), 0);
	}
	assert_int_equal(pmk_media_out_finish(out, false), 0);
	pmk_image_free(&image);
}

static int level_at(const struct pmk_image *image, int x, int y)
{
	return image->plane[0][(ptrdiff_t)y * image->stride[0] + x];
}

/* Which picture it is; codecs miss the level a little. */
static int which(const struct pmk_image *image)
{
	return (level_at(image, image->layout.width / 2, image->layout.height / 2) - DARKEST + APART / 2) / APART;
}

static struct pmk_backdrop *open_film(const char *name, const struct pmk_layout *size, enum pmk_fit fit)
{
	struct pmk_backdrop *b = NULL;

	assert_int_equal(pmk_backdrop_create(material_path(name), fit, size, &b), 0);
	assert_true(pmk_layout_equal(&b->cover.layout, size));
	assert_false(b->of_room);
	return b;
}

static const struct pmk_image *begin_at(struct pmk_backdrop *b, int64_t position_ns, bool *stays)
{
	const struct pmk_frame frame = { .position_ns = position_ns };

	*stays = false;
	return b->impl->begin(b, &frame, NULL, stays);
}

static int picture_at(struct pmk_backdrop *b, int64_t ms)
{
	bool stays;

	return which(begin_at(b, ms * (int64_t)PMK_MS_NS, &stays));
}

static const struct pmk_image *begin_live(struct pmk_backdrop *b, uint64_t time_ns)
{
	const struct pmk_frame frame = { .position_ns = -1, .time_ns = time_ns };
	bool stays = false;

	return b->impl->begin(b, &frame, NULL, &stays);
}

/* Films of H.264 with pictures out of order and an edit list, of raw pictures, and in a size for which the loop is too
 * large to be kept: for each frame of a recording the picture is the newest that is due, in every round. */
static void check_recording(const char *name, const struct pmk_layout *size, int step_ms)
{
	struct pmk_backdrop *b = open_film(name, size, PMK_FIT_COVER);

	assert_int_equal(which(&b->cover), 0);
	for (int ms = 0; ms < 2700; ms += step_ms)
		assert_int_equal(picture_at(b, ms), (ms + 1) / 40 % 25);
	pmk_backdrop_destroy(b);
}

static void test_a_recording_gets_its_pictures(void **state)
{
	static const struct pmk_layout large = { .width = 1920, .height = 1080 };
	static const char *const names[] = { "a.mp4", "a.mkv", "a.y4m" };

	for (int i = 0; i < 3; i++) {
		write_film(names[i], &small, 25, 25, NULL);
		check_recording(names[i], &layout, 40);
		check_recording(names[i], &layout, 7);
		check_recording(names[i], &layout, 110);
	}
	check_recording("a.mp4", &large, 40);
	check_recording("a.mp4", &large, 90);
	check_recording("a.mp4", &large, 15);
	material_clear();
}

/* Times that a file rounds to 1 ms do not show a picture twice and skip the next. */
static void test_rounded_times(void **state)
{
	struct pmk_backdrop *b;

	write_film("a.mp4", &small, 30, 20, NULL);
	b = open_film("a.mp4", &layout, PMK_FIT_COVER);
	for (int n = 0; n < 60; n++)
		assert_int_equal(picture_at(b, (n * 1000 + 15) / 30), n % 20);
	pmk_backdrop_destroy(b);
	material_clear();
}

/* A picture that was there at the last frame is not written again. */
static void test_a_slow_film_stays(void **state)
{
	struct pmk_backdrop *b;
	int stayed = 0;
	bool stays;

	write_film("a.mp4", &small, 10, 10, NULL);
	b = open_film("a.mp4", &layout, PMK_FIT_COVER);
	for (int n = 0; n < 90; n++) {
		assert_int_equal(which(begin_at(b, n * INT64_C(33333333), &stays)), n / 3 % 10);
		stayed += stays;
	}
	assert_int_equal(stayed, 60);
	pmk_backdrop_destroy(b);
	material_clear();
}

static void test_a_varying_rate(void **state)
{
	static const int64_t at_ms[] = { 0, 10, 400, 430, 1000 };
	int64_t at[5];
	struct pmk_backdrop *b;

	for (int n = 0; n < 5; n++)
		at[n] = at_ms[n] * (int64_t)PMK_MS_NS;
	write_film("a.mkv", &small, 25, 5, at);
	b = open_film("a.mkv", &layout, PMK_FIT_COVER);
	for (int ms = 0; ms < 1000; ms += 5)
		assert_int_equal(picture_at(b, ms), ms < 9 ? 0 : ms < 399 ? 1 : ms < 429 ? 2 : ms < 999 ? 3 : 4);
	pmk_backdrop_destroy(b);
	material_clear();
}

/* Ask for the picture of a live frame until it is there. A decoder that is late may leave it out. */
static bool await_live(struct pmk_backdrop *b, uint64_t time_ns, int expected)
{
	uint64_t deadline = pmk_clock_now_ns() + PMK_S_NS;

	while (which(begin_live(b, time_ns)) != expected) {
		if (pmk_clock_now_ns() > deadline)
			return false;
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	return true;
}

/* Live frames get the film at its own pace, from its beginning on; a pause is no part of it. */
static void test_live(void **state)
{
	static const struct pmk_layout sizes[2] = { { .width = 160, .height = 90 }, { .width = 1920, .height = 1088 } };
	uint64_t time = 5 * PMK_S_NS;

	write_film("a.mp4", &small, 20, 22, NULL);
	for (int s = 0; s < 2; s++) { /* kept, and not */
		struct pmk_backdrop *b = open_film("a.mp4", &sizes[s], PMK_FIT_COVER);
		int right = 0;

		for (int n = 0; n < 60; n++)
			right += await_live(b, time += 50 * PMK_MS_NS, n % 22);
		time += 1000 * PMK_S_NS;
		for (int n = 60; n < 70; n++)
			right += await_live(b, time += 50 * PMK_MS_NS, n % 22);
		assert_in_range(right, 55, 70);
		pmk_backdrop_destroy(b);
	}
	material_clear();
}

/* Frames that are far apart get the film at its own pace, too, while its pictures are made for the first time. The
 * decoder has less time than until the next frame, and more only where the machine is too busy for that. */
static void test_few_frames(void **state)
{
	int last = 0;

	write_film("a.mp4", &small, 40, 25, NULL);
	for (uint64_t rest_ms = 150; last != 24 && rest_ms < 10000; rest_ms *= 4) {
		struct pmk_backdrop *b = open_film("a.mp4", &layout, PMK_FIT_COVER);

		for (uint64_t n = 0; n < 4; n++) {
			last = which(begin_live(b, 5 * PMK_S_NS + n * 200 * PMK_MS_NS));
			pmk_clock_sleep_until(pmk_clock_now_ns() + rest_ms * PMK_MS_NS);
		}
		pmk_backdrop_destroy(b);
	}
	assert_int_equal(last, 24);
	material_clear();
}

/* A frame never waits, and pictures never go back within a round, however fast frames come. */
static void test_live_frames_do_not_wait(void **state)
{
	static const struct pmk_layout large = { .width = 1920, .height = 1080 };
	struct pmk_backdrop *b;
	int last = 0;

	write_film("a.mkv", &large, 100, 24, NULL);
	b = open_film("a.mkv", &large, PMK_FIT_COVER);
	for (uint64_t n = 1; n < 200; n++) {
		int now = which(begin_live(b, n * 20 * PMK_MS_NS));

		assert_true(now >= last || now < 12 || last > 12);
		last = now;
	}
	pmk_backdrop_destroy(b);
	material_clear();
}

/* What is around a film in the middle is black; tiles repeat it; nothing is left of the bars otherwise. */
static void test_fits(void **state)
{
	static const struct {
		int w, h;
		enum pmk_chroma chroma;
	} sizes[] = { { 160, 90, PMK_CHROMA_420 }, { 161, 91, PMK_CHROMA_420 }, { 90, 160, PMK_CHROMA_422 },
		{ 97, 1013, PMK_CHROMA_422 }, { 16, 16, PMK_CHROMA_420 }, { 96, 64, PMK_CHROMA_420 } };

	write_film("a.mp4", &small, 25, 3, NULL);
	for (int i = 0; i < 6; i++) {
		const struct pmk_layout size = { .width = sizes[i].w,
			.height = sizes[i].h,
			.chroma = sizes[i].chroma,
			.matrix = i % 2 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601 };
		int right = size.width - 1, bottom = size.height - 1;

		for (int fit = 0; fit < 4; fit++) {
			struct pmk_backdrop *b = open_film("a.mp4", &size, (enum pmk_fit)fit);
			const struct pmk_image *image = &b->cover;
			bool bars = fit == PMK_FIT_CONTAIN && i < 5;

			for (int frame = 0; frame < 3; frame++) {
				assert_int_equal(which(image), frame);
				for (int k = 0; k < 4; k++) {
					int level = level_at(image, k & 1 ? right : 0, k & 2 ? bottom : 0);

					if (bars)
						assert_int_equal(level, 16);
					else
						assert_in_range(level, DARKEST - 3 + APART * frame,
							DARKEST + 3 + APART * frame);
				}
				assert_in_range(image->plane[1][0], 127, 129);
				image = begin_at(b, 40 * (frame + 1) * (int64_t)PMK_MS_NS, &(bool){ false });
			}
			pmk_backdrop_destroy(b);
		}
	}
	material_clear();
}

/* --- files that are made here byte by byte --- */

static void truncate_to(const char *name, double share)
{
	size_t size;
	uint8_t *data = material_load(material_path(name), &size);

	material_store(material_path(name), data, (size_t)((double)size * share));
	free(data);
}

static void put(FILE *file, const void *data, size_t bytes)
{
	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
}

/* One picture of 4x4 pixels, all of colour `index`, after GIF89a; `lasts` in 1/100 s. */
static void put_gif_picture(FILE *file, int index, int lasts, int disposal)
{
	const uint8_t head[] = { 0x21, 0xf9, 4, (uint8_t)(disposal << 2 | 1), (uint8_t)lasts, (uint8_t)(lasts >> 8), 3,
		0, 0x2c, 0, 0, 0, 0, 4, 0, 4, 0, 0, 2 };
	uint8_t bytes[32] = { 0 };
	int bits = 0;

	put(file, head, sizeof head);
	for (int i = 0; i < 25; i++) { /* codes of three bits: a clear, two pixels, a clear, ... and the end */
		int code = i == 24 ? 5 : i % 3 == 0 ? 4 : index;

		for (int k = 0; k < 3; k++, bits++)
			bytes[bits / 8] |= (uint8_t)((code >> k & 1) << bits % 8);
	}
	put(file, &(uint8_t){ (uint8_t)((bits + 7) / 8) }, 1);
	put(file, bytes, (size_t)(bits + 7) / 8);
	put(file, "", 1);
}

/* Colours 0 to 2 are grey levels, 3 is transparent. */
static FILE *begin_gif(const char *name)
{
	static const uint8_t head[] = { 'G', 'I', 'F', '8', '9', 'a', 4, 0, 4, 0, 0x81, 0, 0, 0, 0, 0, 128, 128, 128,
		255, 255, 255, 0, 255, 0, 0x21, 0xff, 11, 'N', 'E', 'T', 'S', 'C', 'A', 'P', 'E', '2', '.', '0', 3, 1,
		0, 0, 0 };
	FILE *file = fopen(material_path(name), "wb");

	assert_non_null(file);
	put(file, head, sizeof head);
	return file;
}

static void end_gif(FILE *file)
{
	put(file, ";", 1);
	assert_int_equal(fclose(file), 0);
}

static int level_of(struct pmk_backdrop *b, int ms)
{
	bool stays;

	return level_at(begin_at(b, ms * (int64_t)PMK_MS_NS, &stays), 80, 45);
}

/* A GIF of 4x4 pixels: a duration of 0 is 100 ms as in browsers, the last one's counts, and what is transparent is
 * black, also where an earlier picture is taken away. */
static void test_gif(void **state)
{
	static const int lasts_ms[] = { 50, 100, 200 }, level[] = { 126, 235, 16 };
	FILE *file = begin_gif("a.gif");
	struct pmk_backdrop *b;

	put_gif_picture(file, 1, 5, 1);
	put_gif_picture(file, 2, 0, 2);
	put_gif_picture(file, 3, 20, 1);
	end_gif(file);
	b = open_film("a.gif", &layout, PMK_FIT_COVER);
	for (int round = 0; round < 3; round++) {
		for (int n = 0, ms = 350 * round; n < 3; ms += lasts_ms[n++]) {
			assert_in_range(level_of(b, ms), level[n] - 1, level[n] + 1);
			assert_in_range(level_of(b, ms + lasts_ms[n] - 2), level[n] - 1, level[n] + 1);
		}
	}
	assert_int_equal(material_warnings, 0);
	pmk_backdrop_destroy(b);
	material_clear();
}

static void test_one_picture(void **state)
{
	FILE *file = begin_gif("a.gif");

	put_gif_picture(file, 1, 5, 1);
	end_gif(file);
	write_film("a.mp4", &small, 25, 1, NULL);
	for (int i = 0; i < 2; i++) {
		struct pmk_backdrop *b = open_film(i ? "a.gif" : "a.mp4", &layout, PMK_FIT_COVER);
		int first = level_at(&b->cover, 80, 45);
		bool stays;

		for (int ms = 0; ms < 1000; ms += 33) {
			assert_int_equal(level_at(begin_at(b, ms * (int64_t)PMK_MS_NS, &stays), 80, 45), first);
			assert_true(ms == 0 || stays);
		}
		pmk_backdrop_destroy(b);
	}
	material_clear();
}

/* A WebM film says that it has alpha; what is transparent is black there, too. */
static void test_a_film_with_alpha(void **state)
{
	AVFrame *frame;
	struct film film;
	struct pmk_backdrop *b;

	if (!avcodec_find_encoder_by_name("libvpx") || !avcodec_find_decoder_by_name("libvpx"))
		skip();
	frame = film_frame(AV_PIX_FMT_YUVA420P, 96, 64);
	for (int p = 0; p < 4; p++)
		memset(frame->data[p],
			p == 0         ? 200 :
				p == 3 ? 0 :
					 128,
			(size_t)frame->linesize[p] * (p == 1 || p == 2 ? 32 : 64));
	for (int y = 0; y < 64; y++)
		memset(frame->data[3] + y * frame->linesize[3], 255, 48);
	film = film_begin(material_path("a.webm"), AV_CODEC_ID_VP8, frame);
	for (int n = 0; n < 3; n++)
		film_write(&film, frame);
	film_end(&film);
	av_frame_free(&frame);
	b = open_film("a.webm", &layout, PMK_FIT_STRETCH);
	assert_in_range(level_at(&b->cover, 40, 45), 196, 204);
	assert_in_range(level_at(&b->cover, 120, 45), 16, 19);
	pmk_backdrop_destroy(b);
	material_clear();
}

#ifdef PMK_HAVE_WEBP
/* One picture of 16x16 pixels in one grey level and alpha, as a chunk of a WebP file. */
static AVPacket *webp_picture(int level, int alpha)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_WEBP);
	AVCodecContext *encoder = codec ? avcodec_alloc_context3(codec) : NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = film_frame(AV_PIX_FMT_BGRA, 16, 16);

	if (!encoder)
		skip();
	for (int y = 0; y < 16; y++) {
		for (int x = 0; x < 64; x++)
			frame->data[0][y * frame->linesize[0] + x] = (uint8_t)(x % 4 == 3 ? alpha : level);
	}
	encoder->width = encoder->height = 16;
	encoder->pix_fmt = frame->format;
	encoder->time_base = (AVRational){ 1, 25 };
	av_opt_set_int(encoder, "lossless", 1, AV_OPT_SEARCH_CHILDREN);
	assert_int_equal(avcodec_open2(encoder, codec, NULL), 0);
	assert_int_equal(avcodec_send_frame(encoder, frame), 0);
	avcodec_send_frame(encoder, NULL);
	assert_int_equal(avcodec_receive_packet(encoder, packet), 0);
	assert_memory_equal(packet->data + 12, "VP8L", 4);
	avcodec_free_context(&encoder);
	av_frame_free(&frame);
	return packet;
}

static void put_number(FILE *file, uint32_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		put(file, &(uint8_t){ (uint8_t)(number >> 8 * i) }, 1);
}

/* Pictures of 16x16 pixels at the left of 32x16; each is gone when the next one comes. */
static void write_webp(const char *name, const int (*pictures)[3], int count)
{
	FILE *file = fopen(material_path(name), "wb");

	assert_non_null(file);
	put(file, "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x12\0\0\0\x1f\0\0\x0f\0\0ANIM\6\0\0\0\xff\xff\xff\xff\0\0", 44);
	for (int i = 0; i < count; i++) {
		AVPacket *packet = webp_picture(pictures[i][0], pictures[i][1]);

		put(file, "ANMF", 4);
		put_number(file, (uint32_t)packet->size - 12 + 16, 4);
		put(file, "\0\0\0\0\0\0\x0f\0\0\x0f\0\0", 12);
		put_number(file, (uint32_t)pictures[i][2], 3);
		put(file, "\3", 1); /* not blended, and taken away */
		put(file, packet->data + 12, (size_t)packet->size - 12);
		av_packet_free(&packet);
	}
	count = (int)ftell(file) - 8;
	assert_int_equal(fseek(file, 4, SEEK_SET), 0);
	put_number(file, (uint32_t)count, 4);
	assert_int_equal(fclose(file), 0);
}

static void test_webp(void **state)
{
	static const int pictures[3][3] = { { 200, 255, 50 }, { 200, 128, 0 }, { 100, 255, 200 } };
	static const int lasts_ms[] = { 50, 100, 200 }, level[] = { 188, 102, 102 };
	struct pmk_rgb rgb;
	struct pmk_backdrop *b;

	write_webp("a.webp", pictures, 3);
	assert_int_equal(pmk_still_probe(material_path("a.webp")), PMK_STILL_ANIMATED);
	assert_int_equal(pmk_still_read(material_path("a.webp"), &rgb), 0);
	assert_true(rgb.width == 32 && rgb.data[3 * 8] == 200 && rgb.data[3 * 24] == 0);
	pmk_rgb_free(&rgb);
	b = open_film("a.webp", &layout, PMK_FIT_STRETCH);
	for (int round = 0; round < 3; round++) {
		for (int n = 0, ms = 350 * round; n < 3; ms += lasts_ms[n++]) {
			const struct pmk_image *image;

			image = begin_at(b, (ms + lasts_ms[n] - 2) * (int64_t)PMK_MS_NS, &(bool){ false });
			assert_in_range(level_at(image, 20, 45), level[n] - 1, level[n] + 1);
			assert_int_equal(level_at(image, 140, 45), 16);
		}
	}
	pmk_backdrop_destroy(b);
	truncate_to("a.webp", 0.7);
	assert_fails(pmk_backdrop_create(material_path("a.webp"), PMK_FIT_COVER, &layout, &b), -EBADMSG,
		"an animated WebP that is damaged");
	material_clear();
}
#endif

/* --- faults --- */

/* A film that breaks off begins again there, and this is said once. */
static void test_a_film_that_breaks_off(void **state)
{
	struct pmk_backdrop *b;
	int last = 0, rounds = 0;

	write_film("a.y4m", &layout, 5, 20, NULL);
	truncate_to("a.y4m", 0.52);
	material_errors = material_warnings = 0;
	b = open_film("a.y4m", &layout, PMK_FIT_COVER);
	for (int ms = 0; ms < 9000; ms += 100) {
		int now = picture_at(b, ms);

		assert_in_range(now, 0, 10);
		rounds += now < last;
		last = now;
	}
	assert_in_range(rounds, 3, 4);
	assert_int_equal(material_errors, 0);
	assert_in_range(material_warnings, 0, 1);
	pmk_backdrop_destroy(b);
	material_clear();
}

/* A loop that is not kept reads the file again and again; when that is gone or another, nothing breaks. */
static void test_a_file_that_changes(void **state)
{
	static const struct pmk_layout large = { .width = 1920, .height = 1080 };

	for (int i = 0; i < 3; i++) {
		struct pmk_backdrop *b;

		write_film("a.mkv", &small, 25, 24, NULL);
		b = open_film("a.mkv", &large, PMK_FIT_COVER);
		assert_int_equal(picture_at(b, 200), 5);
		if (i == 0)
			assert_int_equal(remove(material_path("a.mkv")), 0);
		else if (i == 1)
			write_film("a.mkv", &layout, 10, 3, NULL);
		else
			material_store(material_path("a.mkv"), "nothing", 7);
		for (int ms = 240; ms < 6000; ms += 200)
			assert_in_range(picture_at(b, ms), 0, 23);
		pmk_backdrop_destroy(b);
		material_clear();
	}
}

static void test_refusals(void **state)
{
	static const uint8_t wave[] =
		"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0"
		"abcdefgh";
	struct pmk_backdrop *b = NULL;

	material_store(material_path("sound.mp4"), wave, sizeof wave - 1);
	assert_fails(pmk_backdrop_create(material_path("sound.mp4"), PMK_FIT_COVER, &layout, &b), -EBADMSG,
		"there is no picture or video in it");
	write_film("cut.mp4", &small, 25, 5, NULL);
	truncate_to("cut.mp4", 0.5);
	assert_fails(pmk_backdrop_create(material_path("cut.mp4"), PMK_FIT_COVER, &layout, &b), -EBADMSG, "cut.mp4");
	assert_null(b);
	material_clear();
}

/* Closing does not wait for a picture, and a film that nobody looks at decodes nothing. */
static void test_unwatched(void **state)
{
	struct pmk_backdrop *b;

	write_film("a.mp4", &small, 25, 20, NULL);
	for (int i = 0; i < 20; i++) {
		b = open_film("a.mp4", &layout, PMK_FIT_COVER);
		if (i % 2)
			begin_live(b, 1);
		pmk_backdrop_destroy(b);
	}
	material_clear();
}

static int setup(void **state)
{
	pmk_log_set_cures(pmk_cures);
	return material_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_recording_gets_its_pictures),
		cmocka_unit_test(test_rounded_times),
		cmocka_unit_test(test_a_slow_film_stays),
		cmocka_unit_test(test_a_varying_rate),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_few_frames),
		cmocka_unit_test(test_live_frames_do_not_wait),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_gif),
#ifdef PMK_HAVE_WEBP
		cmocka_unit_test(test_webp),
#endif
		cmocka_unit_test(test_one_picture),
		cmocka_unit_test(test_a_film_with_alpha),
		cmocka_unit_test(test_a_film_that_breaks_off),
		cmocka_unit_test(test_a_file_that_changes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unwatched),
	};
	return cmocka_run_group_tests(tests, setup, material_teardown);
}
