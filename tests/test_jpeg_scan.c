/* SPDX-License-Identifier: MIT */
/* Tests of our own judge and decoder of JPEG scans against libjpeg: it gives the same samples, bit for bit, and accepts
 * no picture in which libjpeg finds an entropy error. What else a picture may hold: test_jpeg_odd.c. */
#include "jpeg/jpeg_scan.h"

#include "base/cpu.h"
#include "jpeg/jpeg_fast.h"
#include "jpeg/jpeg_tear.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <turbojpeg.h>
#include <cmocka.h>

enum { MOST_ROWS = 4 * DCTSIZE, MOST_PX = 700, BELOW = 0x5a };

struct encoded {
	unsigned char *data;
	unsigned long bytes;
};

/* The decoded planes, in blocks of their exact size so that a sanitizer sees writes beyond them. */
struct decoded {
	uint8_t *plane[3];
	int stride[3], rows[3];
};

struct library {
	struct jpeg_decompress_struct info;
	struct jpeg_error_mgr errors;
	jmp_buf escape;
	bool warned;
};

static uint32_t random_state = 1;

static int random_below(int limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (int)((random_state >> 8) % (uint32_t)limit);
}

/* Ramps, edges and noise give blocks of all kinds, from flat ones to ones full of large coefficients. */
static int sample(int x, int y, int noise)
{
	int patch = (x / 24 + y / 16) % 5,
	    value = patch == 0 ? 128 :
		patch == 1     ? x + y :
		patch == 2     ? (x / 3 % 2) * 255 :
		patch == 3     ? 40 + (x * y) % 90 :
				 200;

	value += noise ? random_below(2 * noise + 1) - noise : 0;
	return value < 0 ? 0 : value > 255 ? 255 : value;
}

static struct encoded encode(int width, int height, int sampling, int quality, int noise)
{
	struct encoded made = { 0 };
	uint8_t *planes[3] = { 0 };
	tjhandle handle = tjInitCompress();

	for (int p = 0; p < (sampling == TJSAMP_GRAY ? 1 : 3); p++) {
		int w = tjPlaneWidth(p, width, sampling), h = tjPlaneHeight(p, height, sampling);

		planes[p] = malloc((size_t)w * (size_t)h);
		for (int i = 0; i < w * h; i++)
			planes[p][i] = (uint8_t)sample(i % w, i / w, p ? noise / 2 : noise);
	}
	assert_int_equal(tjCompressFromYUVPlanes(handle, (const unsigned char **)planes, width, NULL, height, sampling,
				 &made.data, &made.bytes, quality, 0),
		0);
	for (int p = 0; p < 3; p++)
		free(planes[p]);
	tjDestroy(handle);
	return made;
}

static void on_error(j_common_ptr info)
{
	longjmp(((struct library *)info->client_data)->escape, 1);
}

static void on_message(j_common_ptr info, int level)
{
	int code = info->err->msg_code;

	if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JPEG_EOF && code != JWRN_NOT_SEQUENTIAL)
		((struct library *)info->client_data)->warned = true;
}

static void library_open(struct library *l)
{
	memset(l, 0, sizeof *l);
	l->info.err = jpeg_std_error(&l->errors);
	l->errors.error_exit = on_error;
	l->errors.emit_message = on_message;
	l->info.client_data = l;
	jpeg_create_decompress(&l->info);
}

static void free_planes(struct decoded *d)
{
	for (int p = 0; p < 3; p++)
		free(d->plane[p]);
	memset(d, 0, sizeof *d);
}

/* Call inside setjmp. False: there is no header. */
static bool start(struct library *l, const uint8_t *data, size_t bytes, struct decoded *d)
{
	jpeg_mem_src(&l->info, data, bytes);
	if (jpeg_read_header(&l->info, TRUE) != JPEG_HEADER_OK || l->info.image_width > MOST_PX ||
		l->info.image_height > MOST_PX || l->info.num_components > 3)
		return false;
	l->info.raw_data_out = TRUE;
	l->info.do_fancy_upsampling = FALSE;
	l->info.out_color_space = l->info.jpeg_color_space;
	jpeg_start_decompress(&l->info);
	for (int p = 0; p < l->info.num_components; p++) {
		d->stride[p] = (int)l->info.comp_info[p].width_in_blocks * DCTSIZE;
		d->rows[p] = (int)l->info.comp_info[p].downsampled_height;
		d->plane[p] = malloc((size_t)d->stride[p] * (size_t)d->rows[p]);
		memset(d->plane[p], BELOW, (size_t)d->stride[p] * (size_t)d->rows[p]);
	}
	return true;
}

/* False: refused. */
static bool decode_by_scan(struct pmk_jpeg_scan *scan, const uint8_t *data, size_t bytes, struct decoded *d)
{
	struct library l;
	volatile bool done = false;
	static struct pmk_jpeg_tear tear;

	memset(d, 0, sizeof *d);
	library_open(&l);
	if (!setjmp(l.escape) && start(&l, data, bytes, d))
		done = pmk_jpeg_scan_run(scan, &l.info, d->plane, d->stride, pmk_jpeg_tear_means(&tear, &l.info)) ==
			PMK_JPEG_DECODED;
	pmk_jpeg_tear_finish(&tear);
	jpeg_destroy_decompress(&l.info);
	return done;
}

/* False: libjpeg gave an error, or a warning of lost blocks. */
static bool decode_by_library(const uint8_t *data, size_t bytes, struct decoded *d)
{
	static uint8_t dummy[MOST_PX + 64];
	JSAMPROW rows[3][MOST_ROWS];
	JSAMPARRAY arrays[3] = { rows[0], rows[1], rows[2] };
	struct library l;
	volatile bool done = false;

	memset(d, 0, sizeof *d);
	library_open(&l);
	if (!setjmp(l.escape) && start(&l, data, bytes, d)) {
		while (l.info.output_scanline < l.info.output_height) {
			int unit = (int)l.info.output_scanline / (l.info.max_v_samp_factor * DCTSIZE);

			for (int p = 0; p < l.info.num_components; p++) {
				int count = l.info.comp_info[p].v_samp_factor * DCTSIZE;

				for (int i = 0; i < count; i++)
					rows[p][i] = unit * count + i < d->rows[p] ?
						d->plane[p] + (unit * count + i) * d->stride[p] :
						dummy;
			}
			jpeg_read_raw_data(&l.info, arrays, (JDIMENSION)(l.info.max_v_samp_factor * DCTSIZE));
		}
		done = !l.warned;
	}
	jpeg_destroy_decompress(&l.info);
	return done;
}

static bool same(const struct decoded *a, const struct decoded *b)
{
	for (int p = 0; p < 3; p++) {
		size_t bytes = (size_t)(a->stride[p] * a->rows[p]); /* a grey picture has no chroma planes */

		if (a->stride[p] != b->stride[p] || a->rows[p] != b->rows[p] ||
			(bytes && memcmp(a->plane[p], b->plane[p], bytes) != 0))
			return false;
	}
	return true;
}

static void check(struct pmk_jpeg_scan *scan, struct encoded e)
{
	struct decoded ours, theirs;

	assert_true(decode_by_library(e.data, e.bytes, &theirs));
	assert_true(decode_by_scan(scan, e.data, e.bytes, &ours));
	assert_true(same(&ours, &theirs));
	free_planes(&ours);
	free_planes(&theirs);
	tjFree(e.data);
}

static const int samplings[] = { TJSAMP_422, TJSAMP_420, TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY };

static void test_same_as_the_library(void **state)
{
	static const int sizes[][2] = { { 160, 120 }, { 161, 121 }, { 16, 16 }, { 17, 33 }, { 250, 31 }, { 40, 200 },
		{ 129, 63 }, { 650, 40 } };
	static const int qualities[] = { 5, 50, 80, 95, 100 };

	for (size_t s = 0; s < sizeof samplings / sizeof samplings[0]; s++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			for (size_t q = 0; q < sizeof qualities / sizeof qualities[0]; q++) {
				for (int noise = 0; noise <= 250; noise += noise ? 240 : 10)
					check(*state,
						encode(sizes[i][0], sizes[i][1], samplings[s], qualities[q], noise));
			}
		}
	}
}

static bool has_marker(const struct encoded *e, uint8_t marker)
{
	for (size_t i = 0; i + 1 < e->bytes; i++) {
		if (e->data[i] == 0xff && e->data[i + 1] == marker)
			return true;
	}
	return false;
}

static void test_restart_intervals(void **state)
{
	static const char *const intervals[] = { "1B", "3B", "7B", "1", "2" };
	struct encoded e;

	for (size_t s = 0; s < sizeof samplings / sizeof samplings[0]; s++) {
		for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
			setenv("TJ_RESTART", intervals[i], 1);
			e = encode(210, 90, samplings[s], 90, 20);
			unsetenv("TJ_RESTART");
			assert_true(has_marker(&e, 0xd0));
			check(*state, e);
		}
	}
}

/* Huffman codes optimised for one picture differ from the standard ones. */
static void test_own_codes(void **state)
{
	for (size_t s = 0; s < sizeof samplings / sizeof samplings[0]; s++) {
		struct encoded usual = encode(128, 96, samplings[s], 85, 0), own;

		setenv("TJ_OPTIMIZE", "1", 1);
		own = encode(128, 96, samplings[s], 85, 0);
		unsetenv("TJ_OPTIMIZE");
		assert_true(own.bytes < usual.bytes);
		check(*state, own);
		check(*state, usual);
	}
}

static void test_the_unusual_is_refused(void **state)
{
	struct encoded progressive;
	struct decoded d;

	setenv("TJ_PROGRESSIVE", "1", 1);
	progressive = encode(64, 64, TJSAMP_422, 80, 5);
	unsetenv("TJ_PROGRESSIVE");
	assert_false(decode_by_scan(*state, progressive.data, progressive.bytes, &d));
	free_planes(&d);
	tjFree(progressive.data);
}

static void test_cut_off(void **state)
{
	struct encoded e = encode(96, 64, TJSAMP_422, 80, 20);
	struct decoded d;

	for (size_t bytes = e.bytes - 3; bytes > 0; bytes -= bytes > e.bytes - 64 ? 1 : 1 + bytes / 64) {
		uint8_t *cut = malloc(bytes); /* a block of this size, so that a sanitizer sees reads beyond it */

		memcpy(cut, e.data, bytes);
		assert_false(decode_by_scan(*state, cut, bytes, &d));
		free_planes(&d);
		free(cut);
	}
	check(*state, e); /* it can decode the next picture */
}

/* The library accepts each picture that is accepted with a flipped bit. Samples differ only where the bit made a number
 * that no encoder writes, which is rare. */
static void test_flipped_bits(void **state)
{
	int accepted = 0, refused = 0, differ = 0;

	for (int round = 0; round < 3000; round++) {
		struct encoded e = encode(65 + round % 50, 51, samplings[round % 5], 60 + round % 40, 15);
		size_t header = 600, at = header + (size_t)random_below((int)(e.bytes - header));
		struct decoded ours, theirs;

		if (round % 8 == 0)
			at = (size_t)random_below((int)e.bytes);
		e.data[at] ^= (uint8_t)(1u << random_below(8));
		if (decode_by_scan(*state, e.data, e.bytes, &ours)) {
			assert_true(decode_by_library(e.data, e.bytes, &theirs));
			accepted++;
			differ += !same(&ours, &theirs);
			free_planes(&theirs);
		} else {
			refused++;
		}
		free_planes(&ours);
		tjFree(e.data);
	}
	assert_true(accepted > 1000);
	assert_true(differ * 20 < accepted);
	assert_true(refused > 100);
	check(*state, encode(96, 64, TJSAMP_422, 80, 20));
}

static void test_random_scan(void **state)
{
	struct encoded e = encode(96, 64, TJSAMP_422, 80, 0);
	struct decoded d;

	for (int round = 0; round < 500; round++) {
		for (size_t i = 640; i < e.bytes - 2; i++)
			e.data[i] = (uint8_t)random_below(round % 2 ? 256 : 255);
		if (decode_by_scan(*state, e.data, e.bytes, &d)) {
			free_planes(&d);
			assert_true(decode_by_library(e.data, e.bytes, &d));
		}
		free_planes(&d);
	}
	tjFree(e.data);
	check(*state, encode(96, 64, TJSAMP_422, 80, 20));
}

/* A table may give a short code a symbol that no picture has: it is refused, and not mistaken for another code. */
static void test_unusual_codes(void **state)
{
	struct encoded e = encode(96, 64, TJSAMP_422, 80, 20);
	uint8_t *table = NULL;
	int refused = 0;

	for (size_t i = 0; i + 4 < e.bytes && !table; i++) {
		if (e.data[i] == 0xff && e.data[i + 1] == 0xc4 && e.data[i + 4] == 0x10)
			table = e.data + i + 5 + 16; /* the AC symbols of luma */
	}
	assert_non_null(table);
	for (int symbol = 0; symbol < 40; symbol++) {
		uint8_t was = table[symbol];
		struct decoded ours, theirs;

		table[symbol] = 0x1f; /* a run of 1, and a number of 15 bits */
		if (decode_by_scan(*state, e.data, e.bytes, &ours)) {
			assert_true(decode_by_library(e.data, e.bytes, &theirs));
			assert_true(same(&ours, &theirs));
			free_planes(&theirs);
		} else {
			refused++;
		}
		free_planes(&ours);
		table[symbol] = was;
	}
	assert_true(refused > 10);
	check(*state, e);
}

/* As many codes with long numbers as are possible, from a reader in a block of its own so that a sanitizer sees reads
 * beyond it. */
static void test_reader_alone(void **state)
{
	struct pmk_jpeg_reader *reader = malloc(sizeof *reader);
	struct pmk_jpeg_codes *codes = calloc(2, sizeof *codes);
	struct pmk_jpeg_block *blocks = aligned_alloc(32, (PMK_JPEG_BLOCKS + 1) * sizeof *blocks);
	uint8_t bits[17] = { 0 }, symbols[256], data[40000];
	int read = 0;

	reader->read = pmk_jpeg_fast()->blocks;
	memset(reader->window, 0xa5, sizeof reader->window);
	memset(blocks, 0, (PMK_JPEG_BLOCKS + 1) * sizeof *blocks);
	for (int round = 0; round < 2000; round++) {
		bits[7] = 127;
		bits[14] = 128; /* each bit pattern is a code */
		for (int i = 0; i < 256; i++)
			symbols[i] = (uint8_t)(random_below(50) ? 1 + random_below(10) : random_below(256));
		pmk_jpeg_codes_make(&codes[0], bits, symbols, false);
		pmk_jpeg_codes_make(&codes[1], bits, symbols, true);
		for (size_t i = 0; i < sizeof data; i++)
			data[i] = (uint8_t)(random_below(2) ? 0xfe : random_below(255));
		for (int i = 0; i <= PMK_JPEG_BLOCKS; i++) {
			blocks[i].dc = &codes[0];
			blocks[i].ac = &codes[1];
		}
		pmk_jpeg_reader_start(reader, data, data + random_below((int)sizeof data));
		while (pmk_jpeg_reader_blocks(reader, blocks, 1 + random_below(PMK_JPEG_BLOCKS)))
			read++;
	}
	assert_true(read > 100);
	free(reader);
	free(codes);
	free(blocks);
}

static int set_up(void **state)
{
	*state = pmk_jpeg_scan_create();
	return 0;
}

static int tear_down(void **state)
{
	pmk_jpeg_scan_destroy(*state);
	return 0;
}

/* usage: test_jpeg_scan [LEVEL]: use the vectors of this level */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_the_library),
		cmocka_unit_test(test_restart_intervals),
		cmocka_unit_test(test_own_codes),
		cmocka_unit_test(test_the_unusual_is_refused),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_unusual_codes),
		cmocka_unit_test(test_random_scan),
		cmocka_unit_test(test_reader_alone),
	};

	if (argc > 1 && pmk_cpu_force(argv[1]))
		return EXIT_FAILURE;
	if (!pmk_jpeg_fast()) {
		puts("skipped: there are no transforms for this CPU");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
