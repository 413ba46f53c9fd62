/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/new_file.h"
#include "base/sha256.h"
#include "io/sink.h"

struct hash_sink {
	struct pmk_sink base;
	struct pmk_sha256 total;
	unsigned long long number; /* of the next picture */
	int err; /* the first one, which was logged */
};

static void hash_rows(struct pmk_sha256 *sha, const struct pmk_image *image)
{
	for (int plane = 0; plane < 3; plane++) {
		size_t bytes = (size_t)pmk_layout_plane_width(&image->layout, plane);

		for (int y = 0; y < pmk_layout_plane_height(&image->layout, plane); y++)
			pmk_sha256_update(sha, image->plane[plane] + (size_t)y * (size_t)image->stride[plane], bytes);
	}
}

static void finish_hex(struct pmk_sha256 *sha, char text[PMK_SHA256_HEX])
{
	uint8_t digest[PMK_SHA256_BYTES];

	pmk_sha256_final(sha, digest);
	pmk_sha256_hex(digest, text);
}

static int fail(struct hash_sink *s)
{
	s->err = errno ? -errno : -EIO;
	if (s->err == -EPIPE) {
		s->err = -ECANCELED;
		pmk_info("standard output: its reader has gone");
	} else {
		pmk_error_cure(s->err == -ENOSPC ? PMK_CURE_FREE_SPACE : PMK_CURE_NONE,
			"standard output: cannot be written: %s", pmk_new_file_reason(s->err));
	}
	return s->err;
}

static int hash_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct hash_sink *s = (struct hash_sink *)sink;
	struct pmk_sha256 sha;
	char text[PMK_SHA256_HEX];

	pmk_sha256_init(&sha);
	hash_rows(&sha, pmk_shown_image(shown));
	hash_rows(&s->total, pmk_shown_image(shown));
	finish_hex(&sha, text);
	return printf("%llu %s\n", s->number++, text) < 0 || fflush(stdout) != 0 ? fail(s) : 0;
}

static int hash_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct hash_sink *s = (struct hash_sink *)sink;
	char text[PMK_SHA256_HEX];
	int err;

	finish_hex(&s->total, text);
	if (!s->err && (printf("total %s\n", text) < 0 || fflush(stdout) != 0))
		fail(s);
	err = s->err;
	free(s);
	return err;
}

static const struct pmk_sink_impl hash_impl = { .write = hash_write, .close = hash_close };

int pmk_sink_hash_open(struct pmk_sink **sink)
{
	struct hash_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	pmk_sha256_init(&s->total);
	s->base.impl = &hash_impl;
	snprintf(s->base.name, sizeof(s->base.name), "hash");
	*sink = &s->base;
	return 0;
}
