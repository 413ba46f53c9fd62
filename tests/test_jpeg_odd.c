/* SPDX-License-Identifier: MIT */
/* Tests with JPEGs as cameras send them: good pictures with all kinds of oddities, which decode to the clean picture's
 * samples, bit for bit, by our own decoder and by libjpeg; and damaged ones, which both refuse. */
#include "unit.h"

#include "base/cpu.h"
#include "base/num.h"
#include "jpeg/jpeg.h"
#include "jpeg/jpeg_fast.h"

#include <errno.h>
#include <limits.h>

#include <jpeglib.h>

enum { WIDTH = 200, HEIGHT = 120, ACROSS = 13, MOST_PIECES = 400, MOST_BYTES = 1 << 18 };
enum { SOF0 = 0xc0, DHT = 0xc4, RST0 = 0xd0, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DRI = 0xdd, APP0 = 0xe0 };

/* What a JPEG consists of: markers that stand alone, segments, and the codes of an interval. */
struct piece {
	int marker; /* 0: codes, or bytes that belong to nothing */
	size_t bytes;
	uint8_t *data;
};

struct picture {
	int count;
	struct piece piece[MOST_PIECES];
};

struct flat {
	size_t bytes;
	uint8_t data[MOST_BYTES];
};

static uint32_t seed = 7;

static int random_below(int limit)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 8) % (uint32_t)limit);
}

static void insert(struct picture *p, int at, int marker, const void *data, size_t bytes)
{
	assert_in_range(p->count, 0, MOST_PIECES - 1);
	memmove(&p->piece[at + 1], &p->piece[at], (size_t)(p->count - at) * sizeof p->piece[0]);
	p->piece[at] = (struct piece){ marker, bytes, malloc(bytes + 1) };
	if (data)
		memcpy(p->piece[at].data, data, bytes);
	p->count++;
}

static void take_out(struct picture *p, int at)
{
	free(p->piece[at].data);
	p->count--;
	memmove(&p->piece[at], &p->piece[at + 1], (size_t)(p->count - at) * sizeof p->piece[0]);
}

static void free_picture(struct picture *p)
{
	while (p->count)
		take_out(p, p->count - 1);
}

static int find(const struct picture *p, int marker)
{
	for (int i = 0; i < p->count; i++) {
		if (p->piece[i].marker == marker)
			return i;
	}
	return -1;
}

static bool is_restart(const struct picture *p, int at)
{
	return p->piece[at].marker >= RST0 && p->piece[at].marker < RST0 + 8;
}

static void take_apart(const uint8_t *data, size_t bytes, struct picture *p)
{
	size_t at = 0;

	p->count = 0;
	while (at < bytes) {
		size_t length = 2;
		bool scan = p->count && p->piece[p->count - 1].marker == SOS;

		if (data[at] != 0xff || (data[at] == 0xff && data[at + 1] == 0) || scan ||
			(p->count && is_restart(p, p->count - 1))) {
			for (length = 0; data[at + length] != 0xff || data[at + length + 1] == 0; length++)
				;
			insert(p, p->count, 0, data + at, length);
		} else {
			int marker = data[at + 1];
			bool alone = (marker >= RST0 && marker <= EOI);

			length = alone ? 2 : 2 + (size_t)(data[at + 2] << 8 | data[at + 3]);
			insert(p, p->count, marker, data + at, length);
		}
		at += length;
	}
}

static void put_together(const struct picture *p, struct flat *flat)
{
	flat->bytes = 0;
	for (int i = 0; i < p->count; i++) {
		assert_true(flat->bytes + p->piece[i].bytes < MOST_BYTES);
		memcpy(flat->data + flat->bytes, p->piece[i].data, p->piece[i].bytes);
		flat->bytes += p->piece[i].bytes;
	}
}

/* --- clean pictures --- */

struct base {
	const char *name;
	int across, down; /* sampling of Y; 0: grey */
	int rows, interval; /* restart: in rows of MCUs, in MCUs */
	int quality;
	bool optimize;
};

static const struct base bases[] = {
	{ "4:2:0", 2, 2, 0, 0, 85, false },
	{ "4:2:2", 2, 1, 0, 0, 75, false },
	{ "4:2:0, a restart marker after each row", 2, 2, 1, 0, 85, false },
	{ "4:2:2, a restart marker after 20 MCUs", 2, 1, 0, 20, 90, false },
	{ "4:4:4", 1, 1, 0, 0, 80, false },
	{ "grey", 0, 0, 0, 0, 85, false },
	{ "grey, a restart marker after each row", 0, 0, 1, 0, 85, false },
};

enum { BASES = sizeof bases / sizeof bases[0] };

/* What else is to be seen: as if a DC were wrong, all MCUs that follow the one in this row and column are brighter, up
 * to the end of their interval; a black bar, from the top or, below 0, from this row down; an edge, lighter below. */
static struct scene {
	int row, tear, by, part;
	int bar, edge, from;
} scene;

static int seen(const struct base *base, int x, int y, int part, int value)
{
	int column = x / (8 * base->across), row = y / (8 * base->down), across = (WIDTH - 1) / (8 * base->across) + 1;
	int unit = row * across + column, tear = scene.row * across + scene.tear;
	int interval = base->rows ? across : base->interval ? base->interval : INT_MAX;

	if (part == scene.part && unit >= tear && unit / interval == tear / interval)
		value += scene.by;
	if ((scene.bar > 0 && y < scene.bar) || (scene.bar < 0 && y >= -scene.bar))
		value = part ? 128 : 16;
	if (scene.edge && y >= scene.edge && x >= scene.from && part == 0)
		value = 150 + x % 50;
	return value;
}

/* A picture with soft shades, edges and some noise, as a camera's. */
static uint8_t shade(const struct base *base, int x, int y, int part)
{
	int value = part == 0 ? 60 + x / 2 + y / 3 : 128 + (part == 1 ? x - y : y - x) / 6;

	if ((x - 100) * (x - 100) + (y - 70) * (y - 70) < 2000)
		value += part == 0 ? 50 : -20;
	if (part == 0)
		value += random_below(9) - 4 + (x / 40 % 2 && y > 60 ? 25 : 0);
	if (base->across)
		value = seen(base, x, y, part, value);
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void encode(const struct base *base, struct flat *flat)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;
	uint8_t row[3 * WIDTH], *rows[1] = { row }, *out = NULL;
	unsigned long bytes = 0;
	int parts = base->across ? 3 : 1;

	c.err = jpeg_std_error(&errors);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, &bytes);
	c.image_width = WIDTH;
	c.image_height = HEIGHT;
	c.input_components = parts;
	c.in_color_space = parts == 3 ? JCS_YCbCr : JCS_GRAYSCALE;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, base->quality, TRUE);
	c.comp_info[0].h_samp_factor = base->across ? base->across : 1;
	c.comp_info[0].v_samp_factor = base->down ? base->down : 1;
	c.optimize_coding = base->optimize;
	c.restart_in_rows = base->rows;
	c.restart_interval = (unsigned)base->interval;
	jpeg_start_compress(&c, TRUE);
	for (int y = 0; y < HEIGHT; y++) {
		for (int i = 0; i < parts * WIDTH; i++)
			row[i] = shade(base, i / parts, y, i % parts);
		jpeg_write_scanlines(&c, rows, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	assert_true(bytes < MOST_BYTES);
	memcpy(flat->data, out, bytes);
	flat->bytes = bytes;
	free(out);
}

/* --- the kinds of oddities; false: this picture cannot have it --- */

static void put_before(struct picture *p, const void *data, size_t bytes)
{
	insert(p, 0, 0, data, bytes);
}

static bool zeros_before(struct picture *p)
{
	put_before(p, "\0\0\0", 3);
	return true;
}

static bool http_before(struct picture *p)
{
	static const char head[] = "--boundary\r\nContent-Type: image/jpeg\r\nContent-Length: 12345\r\n\r\n";

	put_before(p, head, strlen(head));
	return true;
}

static bool stray_ff_before(struct picture *p)
{
	put_before(p, "\xff", 1);
	return true;
}

static bool odd_markers_before(struct picture *p)
{
	put_before(p, "\xff\xe0\xff\xda\xff\x00\x12", 7);
	return true;
}

static bool end_of_another_before(struct picture *p)
{
	put_before(p, "\x12\x34\x56\xff\x00\x78\xff\xd9", 8);
	return true;
}

static bool empty_picture_before(struct picture *p)
{
	put_before(p, "\xff\xd8\xff\xd9", 4);
	return true;
}

static bool two_starts(struct picture *p)
{
	put_before(p, "\xff\xd8", 2);
	return true;
}

static bool two_starts_apart(struct picture *p)
{
	put_before(p, "\xff\xd8\0\0\xff\xff", 6);
	return true;
}

/* --- between segments --- */

/* Behind each segment, or right before the next one. */
static bool put_between(struct picture *p, const void *data, size_t bytes, bool before)
{
	for (int i = find(p, SOS) - !before; i >= find(p, SOI) + before; i--) {
		if (p->piece[i].marker)
			insert(p, i + !before, 0, data, bytes);
	}
	return true;
}

static bool zeros_between(struct picture *p)
{
	return put_between(p, "\0\0\0\0", 4, false);
}

static bool text_between(struct picture *p)
{
	return put_between(p, "some text", 9, false);
}

static bool fill_between(struct picture *p)
{
	return put_between(p, "\xff\xff\xff", 3, true);
}

static bool stuffed_between(struct picture *p)
{
	return put_between(p, "\xff\0\x12", 3, false);
}

static bool restart_in_the_header(struct picture *p)
{
	return put_between(p, "\xff\xd0", 2, false);
}

/* --- other segments --- */

static bool put_segment(struct picture *p, int marker, const void *data, size_t bytes, size_t said)
{
	uint8_t *segment = calloc(1, bytes + 4);

	segment[0] = 0xff;
	segment[1] = (uint8_t)marker;
	segment[2] = (uint8_t)(said >> 8);
	segment[3] = (uint8_t)said;
	if (data)
		memcpy(segment + 4, data, bytes);
	insert(p, find(p, DQT), marker, segment, bytes + 4);
	free(segment);
	return true;
}

static bool take_jfif(struct picture *p)
{
	if (find(p, APP0) >= 0)
		take_out(p, find(p, APP0));
	return true;
}

static bool change_jfif(struct picture *p, int at, int value)
{
	if (find(p, APP0) < 0)
		return false;
	p->piece[find(p, APP0)].data[at] = (uint8_t)value;
	return true;
}

static bool jfif_2(struct picture *p)
{
	return change_jfif(p, 9, 2);
}

static bool jfif_units(struct picture *p)
{
	return change_jfif(p, 11, 9);
}

static bool jfif_density(struct picture *p)
{
	return change_jfif(p, 13, 0) && change_jfif(p, 15, 0);
}

static bool jfif_thumbnail(struct picture *p)
{
	return change_jfif(p, 16, 9); /* a size without samples */
}

static bool jfif_twice(struct picture *p)
{
	return put_segment(p, APP0, "JFIF\0\1\1\0\0\1\0\1\0\0", 14, 16);
}

static bool avi1(struct picture *p)
{
	return take_jfif(p) && put_segment(p, APP0, "AVI1\0\0\0\0\0\0\0\0\0", 14, 16);
}

static bool adobe_9(struct picture *p)
{
	return put_segment(p, 0xee, "Adobe\0d\0\0\0\0\x09", 12, 14);
}

static bool adobe_alone(struct picture *p)
{
	return find(p, SOF0) >= 0 && p->piece[find(p, SOF0)].data[9] == 3 && take_jfif(p) &&
		put_segment(p, 0xee, "Adobe\0d\0\0\0\0\x01", 12, 14);
}

static bool adobe_short(struct picture *p)
{
	return put_segment(p, 0xee, "Ado", 3, 5);
}

static bool unknown_app(struct picture *p)
{
	return put_segment(p, 0xef, NULL, 5000, 5002);
}

static bool camera_app4(struct picture *p)
{
	return put_segment(p, 0xe4, "\xff\xd8\xff\xda\xff\xd9 a depth map", 18, 20);
}

static bool icc_broken(struct picture *p)
{
	return put_segment(p, 0xe2, "ICC_PROFILE\0\7\2broken", 20, 22);
}

/* With a whole little picture inside. */
static bool exif_thumbnail(struct picture *p)
{
	static struct flat whole;

	put_together(p, &whole);
	return whole.bytes < 60000 && put_segment(p, 0xe1, whole.data, whole.bytes, whole.bytes + 2);
}

static bool comment_huge(struct picture *p)
{
	return put_segment(p, 0xfe, NULL, 65533, 65535);
}

static bool comment_empty(struct picture *p)
{
	return put_segment(p, 0xfe, NULL, 0, 2);
}

static bool comment_of_0(struct picture *p)
{
	return put_segment(p, 0xfe, "text", 4, 0);
}

static bool comment_of_1(struct picture *p)
{
	return put_segment(p, 0xfe, "text", 4, 1);
}

static bool comment_longer_than_said(struct picture *p)
{
	return put_segment(p, 0xfe, "a text that goes on", 19, 8);
}

static bool no_huffman_tables(struct picture *p)
{
	while (find(p, DHT) >= 0)
		take_out(p, find(p, DHT));
	return true;
}

static bool tables_twice(struct picture *p)
{
	for (int i = find(p, SOS); i-- > 0;) {
		if (p->piece[i].marker == DHT || p->piece[i].marker == DQT)
			insert(p, i, p->piece[i].marker, p->piece[i].data, p->piece[i].bytes);
	}
	return true;
}

/* All tables of a kind in one segment, as cameras have them. */
static bool tables_together(struct picture *p, int marker)
{
	int first = find(p, marker);
	struct piece *all;

	if (first < 0)
		return false;
	for (int i = first + 1; i < p->count; i++) {
		struct piece *other = &p->piece[i];

		if (other->marker != marker)
			continue;
		all = &p->piece[first];
		all->data = realloc(all->data, all->bytes + other->bytes);
		memcpy(all->data + all->bytes, other->data + 4, other->bytes - 4);
		all->bytes += other->bytes - 4;
		all->data[2] = (uint8_t)((all->bytes - 2) >> 8);
		all->data[3] = (uint8_t)(all->bytes - 2);
		take_out(p, i--);
	}
	return true;
}

static bool huffman_tables_together(struct picture *p)
{
	return tables_together(p, DHT);
}

static bool steps_together(struct picture *p)
{
	return tables_together(p, DQT);
}

/* Steps of 16 bits, which a baseline picture must not have. */
static bool wide_steps(struct picture *p)
{
	for (int i = 0; i < p->count; i++) {
		uint8_t wide[4 + 129] = { 0xff, DQT, 0, 131 };
		const uint8_t *narrow = p->piece[i].data;

		if (p->piece[i].marker != DQT)
			continue;
		if (p->piece[i].bytes != 4 + 65)
			return false;
		wide[4] = (uint8_t)(0x10 | narrow[4]);
		for (int k = 0; k < 64; k++)
			wide[6 + 2 * k] = narrow[5 + k];
		take_out(p, i);
		insert(p, i, DQT, wide, sizeof wide);
	}
	return true;
}

static bool extended(struct picture *p)
{
	int at = find(p, SOF0);

	if (at < 0)
		return false;
	p->piece[at].data[1] = 0xc1;
	return true;
}

static bool components_from_0(struct picture *p)
{
	int sof = find(p, SOF0), sos = find(p, SOS);

	if (sof < 0)
		return false;
	for (int i = 0; i < p->piece[sof].data[9]; i++)
		p->piece[sof].data[10 + 3 * i] = p->piece[sos].data[5 + 2 * i] = (uint8_t)i;
	return true;
}

static bool interval_of_0(struct picture *p)
{
	return find(p, DRI) < 0 && put_segment(p, DRI, "\0\0", 2, 4);
}

static bool interval_never_over(struct picture *p)
{
	return find(p, DRI) < 0 && put_segment(p, DRI, "\xff\xff", 2, 4);
}

static bool interval_twice(struct picture *p)
{
	return find(p, DRI) > find(p, DQT) && put_segment(p, DRI, "\0\7", 2, 4);
}

/* --- the head of the scan --- */

static bool change_scan(struct picture *p, int from, int to, int bits)
{
	uint8_t *end = p->piece[find(p, SOS)].data + p->piece[find(p, SOS)].bytes;

	end[-3] = (uint8_t)from;
	end[-2] = (uint8_t)to;
	end[-1] = (uint8_t)bits;
	return true;
}

static bool scan_0_0_0(struct picture *p)
{
	return change_scan(p, 0, 0, 0);
}

static bool scan_1_0_0(struct picture *p)
{
	return change_scan(p, 1, 0, 0x11);
}

static bool scan_all_ones(struct picture *p)
{
	return change_scan(p, 255, 255, 255);
}

/* --- restart markers --- */

static bool number_restarts(struct picture *p, int from, int step)
{
	int number = from;

	for (int i = 0; i < p->count; i++) {
		if (is_restart(p, i)) {
			p->piece[i].marker = p->piece[i].data[1] = (uint8_t)(RST0 + (number & 7));
			number += step;
		}
	}
	return number != from || step == 0;
}

static bool restarts_from_1(struct picture *p)
{
	return number_restarts(p, 1, 1);
}

static bool restarts_from_4(struct picture *p)
{
	return number_restarts(p, 4, 1);
}

static bool restarts_uncounted(struct picture *p)
{
	return number_restarts(p, 0, 0);
}

static bool spare_before_restarts(struct picture *p, const void *data, size_t bytes)
{
	bool any = false;

	for (int i = p->count - 1; i > 0; i--) {
		if (is_restart(p, i) && random_below(3)) {
			insert(p, i, 0, data, bytes);
			any = true;
		}
	}
	return any;
}

static bool zeros_before_restarts(struct picture *p)
{
	return spare_before_restarts(p, "\0\0\0\0", (size_t)(1 + random_below(4)));
}

static bool spare_before_restart(struct picture *p)
{
	return spare_before_restarts(p, "\x5a\x01\x93\x44\x17", (size_t)(1 + random_below(5)));
}

static bool fill_before_restarts(struct picture *p)
{
	return spare_before_restarts(p, "\xff\xff\xff", (size_t)(1 + random_below(3)));
}

static bool stuffed_before_restarts(struct picture *p)
{
	return spare_before_restarts(p, "\xff\0\xff\0", 4);
}

static bool no_marker_before_restarts(struct picture *p)
{
	return spare_before_restarts(p, "\x12\xff\x37\x44", 4);
}

static bool restart_behind_the_last(struct picture *p)
{
	static const uint8_t marker[] = { 0xff, RST0 + 3 };

	if (find(p, EOI) < 0)
		return false;
	insert(p, find(p, EOI), 0, marker, 2);
	return true;
}

/* --- the end --- */

static bool spare_at_the_end(struct picture *p, const void *data, size_t bytes)
{
	if (find(p, EOI) < 0)
		return false;
	insert(p, find(p, EOI), 0, data, bytes);
	return true;
}

static bool a_zero_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "", 1);
}

static bool zeros_at_the_end(struct picture *p)
{
	static const uint8_t zeros[5000];

	return spare_at_the_end(p, zeros, (size_t)(2 + random_below(300))) &&
		(random_below(2) || spare_at_the_end(p, zeros, sizeof zeros));
}

static bool pattern_at_the_end(struct picture *p)
{
	uint8_t pattern[300];

	memset(pattern, "\x55\xaa\x20\x80\xfe"[random_below(5)], sizeof pattern);
	return spare_at_the_end(p, pattern, (size_t)(1 + random_below(300)));
}

static bool noise_at_the_end(struct picture *p)
{
	uint8_t noise[3000];

	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)random_below(255);
	return spare_at_the_end(p, noise, (size_t)(1 + random_below(3000)));
}

static bool stuffed_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "\xff\0\x12\xff\0", 5);
}

static bool no_marker_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "\x17\xff\x37\x93\xff\x80\x01", 7);
}

static bool fill_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "\xff\xff", 2);
}

static bool comment_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "\xff\xfe\0\6text", 8);
}

static bool height_at_the_end(struct picture *p)
{
	return spare_at_the_end(p, "\xff\xdc\0\4\0\x78", 6); /* DNL */
}

static bool no_end(struct picture *p)
{
	if (find(p, EOI) < 0)
		return false;
	while (p->count > find(p, EOI) + 1)
		take_out(p, p->count - 1);
	take_out(p, p->count - 1);
	return true;
}

static bool half_an_end(struct picture *p)
{
	if (!no_end(p))
		return false;
	insert(p, p->count, 0, "\xff", 1);
	return true;
}

static bool no_end_but_zeros(struct picture *p)
{
	if (!no_end(p))
		return false;
	insert(p, p->count, 0, "\0\0\0\0\0\0\0\0", 8);
	return true;
}

static bool no_end_but_another(struct picture *p)
{
	static const uint8_t next[] = { 0xff, SOI, 0xff, APP0, 0, 16, 'J', 'F' };

	if (!no_end(p))
		return false;
	insert(p, p->count, 0, next, sizeof next);
	return true;
}

static bool zeros_behind(struct picture *p)
{
	insert(p, p->count, 0, "\0\0\0\0\0\0\0\0", 8);
	return true;
}

static bool noise_behind(struct picture *p)
{
	uint8_t noise[700];

	if (find(p, EOI) < 0)
		return false;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)random_below(256);
	insert(p, p->count, 0, noise, sizeof noise);
	return true;
}

static bool another_behind(struct picture *p)
{
	static struct flat whole;

	put_together(p, &whole);
	insert(p, p->count, 0, whole.data, whole.bytes / 2);
	return find(p, EOI) >= 0;
}

static bool two_ends(struct picture *p)
{
	insert(p, p->count, 0, "\xff\xd9", 2);
	return find(p, EOI) >= 0;
}

static const struct {
	const char *name;
	bool (*make)(struct picture *p);
} kinds[] = {
#define KIND(name) \
	{ \
#name, name \
	}
	KIND(zeros_before),
	KIND(http_before),
	KIND(stray_ff_before),
	KIND(odd_markers_before),
	KIND(end_of_another_before),
	KIND(empty_picture_before),
	KIND(two_starts),
	KIND(two_starts_apart),
	KIND(zeros_between),
	KIND(text_between),
	KIND(fill_between),
	KIND(stuffed_between),
	KIND(restart_in_the_header),
	KIND(take_jfif),
	KIND(jfif_2),
	KIND(jfif_units),
	KIND(jfif_density),
	KIND(jfif_thumbnail),
	KIND(jfif_twice),
	KIND(avi1),
	KIND(adobe_9),
	KIND(adobe_alone),
	KIND(adobe_short),
	KIND(unknown_app),
	KIND(camera_app4),
	KIND(icc_broken),
	KIND(exif_thumbnail),
	KIND(comment_huge),
	KIND(comment_empty),
	KIND(comment_of_0),
	KIND(comment_of_1),
	KIND(comment_longer_than_said),
	KIND(no_huffman_tables),
	KIND(tables_twice),
	KIND(huffman_tables_together),
	KIND(steps_together),
	KIND(wide_steps),
	KIND(extended),
	KIND(components_from_0),
	KIND(interval_of_0),
	KIND(interval_never_over),
	KIND(interval_twice),
	KIND(scan_0_0_0),
	KIND(scan_1_0_0),
	KIND(scan_all_ones),
	KIND(restarts_from_1),
	KIND(restarts_from_4),
	KIND(restarts_uncounted),
	KIND(zeros_before_restarts),
	KIND(spare_before_restart),
	KIND(fill_before_restarts),
	KIND(stuffed_before_restarts),
	KIND(no_marker_before_restarts),
	KIND(restart_behind_the_last),
	KIND(a_zero_at_the_end),
	KIND(zeros_at_the_end),
	KIND(pattern_at_the_end),
	KIND(noise_at_the_end),
	KIND(stuffed_at_the_end),
	KIND(no_marker_at_the_end),
	KIND(fill_at_the_end),
	KIND(comment_at_the_end),
	KIND(height_at_the_end),
	KIND(no_end),
	KIND(half_an_end),
	KIND(no_end_but_zeros),
	KIND(no_end_but_another),
	KIND(zeros_behind),
	KIND(noise_behind),
	KIND(another_behind),
	KIND(two_ends),
#undef KIND
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* --- decoding --- */

/* The decoders, and the clean picture. */
struct judge {
	struct pmk_jpeg *own, *base, *library; /* base: ours with the vectors that every CPU has */
	struct pmk_image clean, got;
	struct flat flat;
};

static struct pmk_jpeg *create(const char *level)
{
	struct pmk_jpeg *jpeg;

	assert_int_equal(pmk_cpu_force(level), 0);
	assert_int_equal(pmk_jpeg_create(&jpeg), 0);
	assert_int_equal(pmk_cpu_force("auto"), 0);
	return jpeg;
}

static void begin(struct judge *j, const struct base *base)
{
	struct pmk_layout layout;

	memset(j, 0, sizeof *j);
	j->own = create("auto");
	j->base = create(pmk_cpu_name(PMK_CPU_BASE));
	j->library = create("auto");
	pmk_jpeg_use_library(j->library);
	encode(base, &j->flat);
	assert_int_equal(pmk_jpeg_layout(j->own, j->flat.data, j->flat.bytes, &layout), 0);
	assert_int_equal(pmk_image_alloc(&j->clean, &layout), 0);
	assert_int_equal(pmk_image_alloc(&j->got, &layout), 0);
	assert_int_equal(pmk_jpeg_decode(j->library, j->flat.data, j->flat.bytes, &j->clean), 0);
}

static void end(struct judge *j)
{
	pmk_image_free(&j->clean);
	pmk_image_free(&j->got);
	pmk_jpeg_destroy(j->own);
	pmk_jpeg_destroy(j->base);
	pmk_jpeg_destroy(j->library);
}

static bool same(const struct pmk_image *a, const struct pmk_image *b)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++) {
			if (memcmp(a->plane[p] + y * a->stride[p], b->plane[p] + y * b->stride[p],
				    (size_t)pmk_layout_plane_width(&a->layout, p)) != 0)
				return false;
		}
	}
	return true;
}

/* 0, or what is wrong with how this decoder takes the picture. */
static const char *fault(struct judge *j, struct pmk_jpeg *jpeg, const struct flat *flat)
{
	uint8_t *data = malloc(flat->bytes); /* a block of this size, so that a sanitizer sees reads beyond it */
	struct pmk_layout layout = { .width = 1 };
	const char *what = NULL;

	memcpy(data, flat->data, flat->bytes);
	pmk_image_fill(&j->got, (const uint8_t[3]){ 1, 2, 3 });
	if (pmk_jpeg_layout(jpeg, data, flat->bytes, &layout))
		what = "the header is refused";
	else if (!pmk_layout_equal(&layout, &j->clean.layout))
		what = "another layout";
	else if (pmk_jpeg_decode(jpeg, data, flat->bytes, &j->got))
		what = "refused";
	else if (!same(&j->clean, &j->got))
		what = "other samples";
	free(data);
	return what;
}

static void check(struct judge *j, const struct base *base, const char *what, const struct flat *flat)
{
	const char *base_own = fault(j, j->base, flat), *own = fault(j, j->own, flat), *library;
	bool twice = pmk_jpeg_by_library(j->own);

	library = fault(j, j->library, flat);
	own = own ? own : base_own;
	if (own || library)
		fail_msg(
			"%s: %s: %s; by libjpeg: %s", base->name, what, own ? own : "good", library ? library : "good");
	if (twice && pmk_jpeg_fast())
		fail_msg("%s: %s: decoded by libjpeg after ours", base->name, what);
}

static void test_each_kind(void **state)
{
	static struct judge j;
	static struct flat odd;
	int made = 0;

	for (int b = 0; b < BASES; b++) {
		begin(&j, &bases[b]);
		for (int k = 0; k < KINDS; k++) {
			for (int again = 0; again < 4; again++) {
				struct picture p;

				take_apart(j.flat.data, j.flat.bytes, &p);
				if (kinds[k].make(&p)) {
					put_together(&p, &odd);
					check(&j, &bases[b], kinds[k].name, &odd);
					made++;
				}
				free_picture(&p);
			}
		}
		end(&j);
	}
	assert_true(made > 1500);
}

/* Several oddities at once. */
static void test_kinds_together(void **state)
{
	static struct judge j;
	static struct flat odd;

	for (int b = 0; b < BASES; b++) {
		begin(&j, &bases[b]);
		for (int round = 0; round < 200; round++) {
			char what[256] = "";
			struct picture p;

			take_apart(j.flat.data, j.flat.bytes, &p);
			for (int i = 0; i < 4; i++) {
				int k = random_below(KINDS);

				/* a false segment behind a second start would hide the picture */
				if (kinds[k].make != odd_markers_before && kinds[k].make(&p))
					snprintf(what + strlen(what), sizeof what - strlen(what), "%s ", kinds[k].name);
			}
			put_together(&p, &odd);
			check(&j, &bases[b], what, &odd);
			free_picture(&p);
		}
		end(&j);
	}
}

/* A picture without Huffman tables has the standard ones, not those of the picture before. */
static void test_tables_do_not_stay(void **state)
{
	static const struct base own = { "own codes", 2, 2, 0, 0, .quality = 40, .optimize = true };
	static struct judge j;
	static struct flat flat;

	for (int b = 0; b < BASES; b++) {
		struct picture p;

		begin(&j, &bases[b]);
		take_apart(j.flat.data, j.flat.bytes, &p);
		no_huffman_tables(&p);
		put_together(&p, &flat);
		encode(&own, &j.flat);
		assert_int_equal(pmk_jpeg_decode(j.own, j.flat.data, j.flat.bytes, &j.got),
			pmk_jpeg_decode(j.library, j.flat.data, j.flat.bytes, &j.got));
		check(&j, &bases[b], "no tables after a picture with its own", &flat);
		free_picture(&p);
		end(&j);
	}
}

/* --- damage --- */

static void refuse(struct judge *j, const struct base *base, const char *what, const struct picture *p)
{
	static struct flat flat;
	int own, library;

	put_together(p, &flat);
	own = pmk_jpeg_decode(j->own, flat.data, flat.bytes, &j->got);
	library = pmk_jpeg_decode(j->library, flat.data, flat.bytes, &j->got);
	if (own != -EBADMSG || library != -EBADMSG)
		fail_msg("%s: %s: %d; by libjpeg: %d", base->name, what, own, library);
}

/* The `number`th interval's piece. */
static int interval(const struct picture *p, int number)
{
	for (int i = find(p, SOS) + 1; i < p->count; i++) {
		if (!p->piece[i].marker && !number--)
			return i;
	}
	return -1;
}

static void test_lost_intervals(void **state)
{
	static struct judge j;

	for (int b = 0; b < BASES; b++) {
		struct picture p;
		int at;

		if (!bases[b].rows && !bases[b].interval)
			continue;
		begin(&j, &bases[b]);
		for (int lost = 1; lost <= 3; lost++) { /* intervals and their markers */
			take_apart(j.flat.data, j.flat.bytes, &p);
			at = interval(&p, 2);
			for (int i = 0; i < 2 * lost; i++)
				take_out(&p, at);
			refuse(&j, &bases[b], "intervals lost", &p);
			free_picture(&p);
		}
		take_apart(j.flat.data, j.flat.bytes, &p);
		at = interval(&p, 2); /* lost, and the one before sent twice */
		free(p.piece[at].data);
		p.piece[at].bytes = p.piece[at - 2].bytes;
		p.piece[at].data = malloc(p.piece[at].bytes);
		memcpy(p.piece[at].data, p.piece[at - 2].data, p.piece[at].bytes);
		p.piece[at - 1].data[1] = p.piece[at - 3].data[1];
		refuse(&j, &bases[b], "an interval twice", &p);
		free_picture(&p);
		take_apart(j.flat.data, j.flat.bytes, &p);
		take_out(&p, interval(&p, 2));
		refuse(&j, &bases[b], "an empty interval", &p);
		free_picture(&p);
		take_apart(j.flat.data, j.flat.bytes, &p);
		at = interval(&p, 1);
		p.piece[at].bytes -= pmk_min_size(p.piece[at].bytes - 1, 20);
		refuse(&j, &bases[b], "a cut interval", &p);
		insert(&p, at + 1, 0, "abc", 3);
		refuse(&j, &bases[b], "a cut interval with other bytes", &p);
		free_picture(&p);
		take_apart(j.flat.data, j.flat.bytes, &p);
		at = interval(&p, 3);
		while (p.count > at)
			take_out(&p, p.count - 1);
		refuse(&j, &bases[b], "cut behind a marker", &p);
		insert(&p, p.count, EOI, "\xff\xd9", 2);
		refuse(&j, &bases[b], "cut behind a marker, with an end", &p);
		free_picture(&p);
		end(&j);
	}
}

/* A picture whose height says less than was coded: blocks are left over. */
static void test_left_over(void **state)
{
	static struct judge j;

	for (int b = 0; b < BASES; b++) {
		struct picture p;
		struct pmk_image image;
		struct pmk_layout layout;
		static struct flat flat;

		begin(&j, &bases[b]);
		take_apart(j.flat.data, j.flat.bytes, &p);
		if (!bases[b].rows) {
			p.piece[find(&p, SOF0)].data[6] -= 32;
			put_together(&p, &flat);
			assert_int_equal(pmk_jpeg_layout(j.own, flat.data, flat.bytes, &layout), 0);
			assert_int_equal(pmk_image_alloc(&image, &layout), 0);
			assert_int_equal(pmk_jpeg_decode(j.own, flat.data, flat.bytes, &image), -EBADMSG);
			assert_int_equal(pmk_jpeg_decode(j.library, flat.data, flat.bytes, &image), -EBADMSG);
			pmk_image_free(&image);
		}
		free_picture(&p);
		end(&j);
	}
}

/* A cut picture is shown only if nothing of it is missing. */
static void test_cut_off(void **state)
{
	static struct judge j;
	static struct flat flat;

	for (int b = 0; b < BASES; b++) {
		int shown = 0;

		begin(&j, &bases[b]);
		for (size_t bytes = j.flat.bytes; bytes > 2; bytes -= bytes > j.flat.bytes - 40 ? 1 : 1 + bytes / 50) {
			for (int ended = 0; ended < 2; ended++) {
				const char *own, *library;

				memcpy(flat.data, j.flat.data, bytes);
				memcpy(flat.data + bytes, "\xff\xd9", 2);
				flat.bytes = bytes + (ended ? 2 : 0);
				own = fault(&j, j.own, &flat);
				library = fault(&j, j.library, &flat);
				assert_true(!own == !library);
				if (own)
					assert_string_not_equal(own, "other samples");
				shown += !own;
			}
		}
		assert_in_range(shown, 4, 8);
		end(&j);
	}
}

/* Whether much more is wrong than a few blocks: 8x8 px in which samples are off by more than 16 levels on average. */
static bool is_torn(const struct pmk_image *a, const struct pmk_image *b)
{
	int bad = 0;

	for (int y = 0; y + 8 <= HEIGHT; y += 8) {
		for (int x = 0; x + 8 <= WIDTH; x += 8) {
			int most = 0;

			for (int p = 0; p < 3; p++) {
				int high = p && a->layout.chroma == PMK_CHROMA_420 ? 2 : 1, wide = p ? 2 : 1, off = 0;

				for (int i = 0; i < 64 / high / wide; i++) {
					int row = y / high + i / (8 / wide), column = x / wide + i % (8 / wide);

					off += abs(a->plane[p][row * a->stride[p] + column] -
						b->plane[p][row * b->stride[p] + column]);
				}
				most = pmk_max(most, off * high * wide / 64);
			}
			bad += most > 16;
		}
	}
	return bad > 12;
}

/* Of 2000 pictures with a wrong bit, each after a clean one, both decoders show the same ones, and hardly any that is
 * torn. What remains is short or faint. */
static void test_flipped_bits(void **state)
{
	static struct judge j;
	int refused = 0, torn = 0;

	for (int b = 0; b < 4; b++) {
		begin(&j, &bases[b]);
		for (int round = 0; round < 500; round++) {
			size_t at = 620 + (size_t)random_below((int)j.flat.bytes - 622);
			uint8_t bit = (uint8_t)(1u << random_below(8));
			int own, library;

			/* one that was refused wrongly, for the tear of the last round, is shown the second time */
			(void)!pmk_jpeg_decode(j.own, j.flat.data, j.flat.bytes, &j.got);
			(void)!pmk_jpeg_decode(j.library, j.flat.data, j.flat.bytes, &j.got);
			assert_int_equal(pmk_jpeg_decode(j.own, j.flat.data, j.flat.bytes, &j.got), 0);
			assert_int_equal(pmk_jpeg_decode(j.library, j.flat.data, j.flat.bytes, &j.got), 0);
			j.flat.data[at] ^= bit;
			own = pmk_jpeg_decode(j.own, j.flat.data, j.flat.bytes, &j.got);
			torn += own == 0 && is_torn(&j.clean, &j.got);
			library = pmk_jpeg_decode(j.library, j.flat.data, j.flat.bytes, &j.got);
			assert_int_equal(own, library);
			refused += own != 0;
			j.flat.data[at] ^= bit;
		}
		end(&j);
	}
	print_message("of 2000 pictures with a wrong bit: %d refused, %d torn\n", refused, torn);
	assert_in_range(refused, 400, 1400);
	assert_in_range(torn, 0, 2);
}

/* --- tears: all codes are right --- */

static int decode_scene(struct judge *j, const struct base *base)
{
	int own, library;

	encode(base, &j->flat);
	own = pmk_jpeg_decode(j->own, j->flat.data, j->flat.bytes, &j->got);
	library = pmk_jpeg_decode(j->library, j->flat.data, j->flat.bytes, &j->got);
	assert_int_equal(own, library);
	return own;
}

static void test_tears(void **state)
{
	static const struct scene tears[] = { { .tear = 3, .by = 30 }, { .tear = 7, .by = -30 },
		{ .tear = 5, .by = 30, .part = 1 }, { .tear = 6, .by = -30, .part = 2 } };
	static struct judge j;

	for (int b = 0; b < 4; b++) {
		for (size_t i = 0; i < sizeof tears / sizeof tears[0]; i++) {
			for (int row = 1; row < 5; row++) {
				int unit = row * ACROSS + tears[i].tear, interval = bases[b].interval;

				if (interval && interval - unit % interval < 8)
					continue; /* too short to be seen */
				scene = (struct scene){ 0 };
				begin(&j, &bases[b]);
				scene = tears[i];
				scene.row = row;
				if (decode_scene(&j, &bases[b]) != -EBADMSG)
					fail_msg("%s: tear %zu in row %d is shown", bases[b].name, i, row);
				scene = (struct scene){ 0 };
				assert_int_equal(decode_scene(&j, &bases[b]), 0);
				end(&j);
			}
		}
	}
}

/* A shift too small to show in one picture shows in time; but one that stays is the scene's. */
static void test_shifts(void **state)
{
	static const struct scene shifts[] = { { .tear = 3, .by = 8 }, { .tear = 7, .by = -8 },
		{ .tear = 5, .by = 10, .part = 1 }, { .tear = 6, .by = -10, .part = 2 } };
	static struct judge j;
	int refused;

	for (int b = 0; b < 4; b++) {
		for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
			if (bases[b].interval)
				continue;
			scene = (struct scene){ 0 };
			begin(&j, &bases[b]);
			assert_int_equal(decode_scene(&j, &bases[b]), 0);
			scene = shifts[i];
			scene.row = 3;
			for (refused = 0; refused < 100 && decode_scene(&j, &bases[b]);)
				refused++;
			assert_in_range(refused, 1, 20);
			scene = (struct scene){ 0 };
			end(&j);
		}
	}
}

/* What looks torn in each picture is what the camera sees. */
static void test_a_scene_that_looks_torn(void **state)
{
	static struct judge j;
	int refused = 0;

	begin(&j, &bases[0]);
	scene = (struct scene){ .tear = 4, .row = 3, .by = 30 };
	while (refused < 100 && decode_scene(&j, &bases[0]))
		refused++;
	assert_in_range(refused, 5, 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(decode_scene(&j, &bases[0]), 0);
	scene = (struct scene){ 0 };
	end(&j);
}

static void test_lines_are_no_tears(void **state)
{
	static const struct scene scenes[] = { { .bar = 32 }, { .bar = -64 }, { .edge = 64 },
		{ .edge = 48, .from = 100 }, { .edge = 56, .from = 16 } };
	static struct judge j;

	for (int b = 0; b < BASES; b++) {
		for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
			begin(&j, &bases[b]);
			scene = scenes[i];
			if (decode_scene(&j, &bases[b]))
				fail_msg("%s: scene %zu is refused", bases[b].name, i);
			scene = (struct scene){ 0 };
			end(&j);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_kinds_together),
		cmocka_unit_test(test_tables_do_not_stay),
		cmocka_unit_test(test_lost_intervals),
		cmocka_unit_test(test_left_over),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_tears),
		cmocka_unit_test(test_shifts),
		cmocka_unit_test(test_a_scene_that_looks_torn),
		cmocka_unit_test(test_lines_are_no_tears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
