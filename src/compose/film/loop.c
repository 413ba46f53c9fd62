/* SPDX-License-Identifier: MIT */
#include "compose/film/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { QUALITY = 90, ENOUGH_TO_FORETELL = 16 }; /* pictures */

struct picture {
	unsigned char *data;
	unsigned long bytes;
	int64_t position_ns, lasts_ns;
};

struct pmk_loop {
	struct pmk_layout layout;
	int sampling; /* a TJSAMP */
	tjhandle encoder, decoder;
	unsigned char *buffer; /* for one JPEG of the largest size; while it records */
	struct picture *pictures;
	size_t count, capacity, bytes; /* bytes: of all of them */
	size_t next; /* which is read next */
};

bool pmk_loop_takes(const struct pmk_layout *layout)
{
	return layout->chroma != PMK_CHROMA_420 || layout->height % 2 == 0;
}

struct pmk_loop *pmk_loop_create(const struct pmk_layout *layout)
{
	struct pmk_loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return NULL;
	loop->layout = *layout;
	loop->sampling = layout->chroma == PMK_CHROMA_422 ? TJSAMP_422 : TJSAMP_420;
	loop->encoder = tjInitCompress();
	loop->decoder = tjInitDecompress();
	loop->buffer = malloc(tjBufSize(layout->width, layout->height, loop->sampling));
	if (loop->encoder && loop->decoder && loop->buffer)
		return loop;
	pmk_loop_destroy(loop);
	return NULL;
}

static void end_recording(struct pmk_loop *loop)
{
	if (loop->encoder)
		tjDestroy(loop->encoder);
	loop->encoder = NULL;
	free(loop->buffer);
	loop->buffer = NULL;
}

void pmk_loop_destroy(struct pmk_loop *loop)
{
	if (!loop)
		return;
	end_recording(loop);
	if (loop->decoder)
		tjDestroy(loop->decoder);
	for (size_t i = 0; i < loop->count; i++)
		free(loop->pictures[i].data);
	free(loop->pictures);
	free(loop);
}

static int grow(struct pmk_loop *loop)
{
	size_t capacity = loop->capacity ? 2 * loop->capacity : 64;
	struct picture *pictures;

	if (loop->count < loop->capacity)
		return 0;
	pictures = realloc(loop->pictures, capacity * sizeof *pictures);
	if (!pictures)
		return -ENOMEM;
	loop->pictures = pictures;
	loop->capacity = capacity;
	return 0;
}

/* Whether the round will not fit, by the pictures so far. */
static bool is_too_long(const struct pmk_loop *loop, int64_t count)
{
	size_t made = loop->count, all = count > (int64_t)made && made >= ENOUGH_TO_FORETELL ? (size_t)count : made;

	return (double)loop->bytes * (double)all > (double)PMK_LOOP_MOST * (double)made;
}

int pmk_loop_add(
	struct pmk_loop *loop, const struct pmk_image *image, int64_t position_ns, int64_t lasts_ns, int64_t count)
{
	struct picture made = { .position_ns = position_ns, .lasts_ns = lasts_ns };
	const unsigned char *planes[3] = { image->plane[0], image->plane[1], image->plane[2] };
	unsigned long bytes = tjBufSize(loop->layout.width, loop->layout.height, loop->sampling);

	if (grow(loop) ||
		tjCompressFromYUVPlanes(loop->encoder, planes, loop->layout.width, image->stride, loop->layout.height,
			loop->sampling, &loop->buffer, &bytes, QUALITY, TJFLAG_NOREALLOC))
		return -ENOMEM;
	made.data = malloc(bytes);
	if (!made.data)
		return -ENOMEM;
	memcpy(made.data, loop->buffer, bytes);
	made.bytes = bytes;
	loop->pictures[loop->count++] = made;
	loop->bytes += bytes;
	return is_too_long(loop, count) ? -ENOSPC : 0;
}

void pmk_loop_rewind(struct pmk_loop *loop)
{
	end_recording(loop);
	loop->next = 0;
}

int pmk_loop_next(struct pmk_loop *loop, int64_t due_ns, int64_t *position_ns)
{
	while (loop->next + 1 < loop->count && loop->pictures[loop->next + 1].position_ns <= due_ns)
		loop->next++;
	if (loop->next == loop->count)
		return 0;
	*position_ns = loop->pictures[loop->next].position_ns;
	return 1;
}

int pmk_loop_read(struct pmk_loop *loop, struct pmk_image *image, int64_t *position_ns)
{
	const struct picture *picture = &loop->pictures[loop->next];
	unsigned char *planes[3] = { image->plane[0], image->plane[1], image->plane[2] };

	if (loop->next == loop->count)
		return 0;
	if (tjDecompressToYUVPlanes(loop->decoder, picture->data, picture->bytes, planes, loop->layout.width,
		    image->stride, loop->layout.height, 0))
		return -ENOMEM; /* nothing else can fail with our own pictures */
	*position_ns = picture->position_ns;
	loop->next++;
	return 1;
}

int64_t pmk_loop_lasts_ns(const struct pmk_loop *loop)
{
	return loop->pictures[loop->next - 1].lasts_ns;
}
