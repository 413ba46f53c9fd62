/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "image/shown_seal.h"
#include "io/sink.h"

/* Computed with Python's hashlib over the same formula. */
#define GOLDEN_FIRST "0821635b1e1dcd65496d316b0d9a2fa78f0eb64d68a15672c01c5952b748321d"
#define GOLDEN_TOTAL "d2fb3daa9fefbf879ff05bca1a69e7c9f2e2cc1cb96eeef85845a426dfc39212"

/* A gradient of an odd size, so that padding would show: the hash covers the visible pixels, not the memory. */
static void draw(struct pmk_image *image, int seed)
{
	for (int p = 0; p < 3; p++)
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++) {
			uint8_t *row = image->plane[p] + y * image->stride[p];

			memset(row, 0xa5 + seed, (size_t)image->stride[p]);
			for (int x = 0; x < pmk_layout_plane_width(&image->layout, p); x++)
				row[x] = (uint8_t)(seed * 7 + p * 50 + x * 3 + y * 5);
		}
}

static size_t flatten(const struct pmk_image *image, uint8_t *to)
{
	size_t n = 0;

	for (int p = 0; p < 3; p++)
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++)
			for (int x = 0; x < pmk_layout_plane_width(&image->layout, p); x++)
				to[n++] = image->plane[p][y * image->stride[p] + x];
	return n;
}

/* Run the sink over two pictures, with standard output in a file, and return what it printed. */
static void run(struct pmk_shown *const shown[2], char *printed, size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(1);
	struct pmk_sink *sink;
	size_t got;

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), 1);
	assert_int_equal(pmk_sink_hash_open(&sink), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pmk_sink_write(sink, shown[i]), 0);
	assert_int_equal(pmk_sink_close(sink, NULL), 0);
	dup2(saved, 1);
	close(saved);
	rewind(file);
	got = fread(printed, 1, size - 1, file);
	printed[got] = '\0';
	fclose(file);
}

static void test_golden(void **state)
{
	static uint8_t all[4096];
	const struct pmk_layout layout = { .width = 33, .height = 17 };
	struct pmk_shown_pool *pool = pmk_shown_pool_create(2, &layout);
	struct pmk_shown *shown[2];
	char one[2][PMK_SHA256_HEX], total[PMK_SHA256_HEX], expected[512], printed[512];
	size_t bytes, used = 0;

	for (int i = 0; i < 2; i++) {
		shown[i] = pmk_shown_pool_take(pool);
		draw(&shown[i]->image, i);
		bytes = flatten(&shown[i]->image, all + used);
		assert_int_equal(bytes, 33 * 17 + 2 * 17 * 9);
		pmk_sha256_of(all + used, bytes, one[i]);
		used += bytes;
	}
	pmk_sha256_of(all, used, total);
	assert_string_equal(one[0], GOLDEN_FIRST);
	assert_string_equal(total, GOLDEN_TOTAL);
	snprintf(expected, sizeof(expected), "0 %s\n1 %s\ntotal %s\n", one[0], one[1], total);
	run(shown, printed, sizeof(printed));
	assert_string_equal(printed, expected);
	pmk_shown_unref(shown[0]);
	pmk_shown_unref(shown[1]);
	pmk_shown_pool_destroy(pool);
}

static void test_null_takes_all(void **state)
{
	struct pmk_sink *sink;

	assert_int_equal(pmk_sink_null_open(&sink), 0);
	assert_int_equal(pmk_sink_write(sink, NULL), 0);
	assert_int_equal(pmk_sink_close(sink, NULL), 0);
	assert_int_equal(pmk_sink_close(NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_golden), cmocka_unit_test(test_null_takes_all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
