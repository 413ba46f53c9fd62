/* SPDX-License-Identifier: MIT */
#include "app/bench/bench.h"
#include "draw/presenter.h"
#include "image/convert.h"
#include "image/fourcc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { QUALITY = 80 };

static const double RATE = 30; /* of the presenter's motion */

struct pmk_layout pmk_bench_layout(uint32_t fourcc, struct pmk_size size)
{
	bool jpeg = fourcc == PMK_FOURCC_MJPG;

	return (struct pmk_layout){ .width = size.width,
		.height = size.height,
		.matrix = PMK_MATRIX_BT601,
		.chroma = jpeg ? PMK_CHROMA_422 : pmk_fourcc_chroma(fourcc),
		.range = jpeg ? PMK_RANGE_FULL : PMK_RANGE_LIMITED };
}

static int encode_jpeg(const struct pmk_image *image, uint8_t **data, size_t *bytes)
{
	tjhandle tj = tjInitCompress();
	const unsigned char *planes[3] = { image->plane[0], image->plane[1], image->plane[2] };
	unsigned char *jpeg = NULL;
	unsigned long size = 0;
	int err = -EIO;

	if (tj &&
		tjCompressFromYUVPlanes(tj, planes, image->layout.width, image->stride, image->layout.height,
			TJSAMP_422, &jpeg, &size, QUALITY, 0) == 0) {
		*data = malloc(size);
		err = *data ? 0 : -ENOMEM;
		if (*data)
			memcpy(*data, jpeg, size);
		*bytes = size;
	}
	tjFree(jpeg);
	if (tj)
		tjDestroy(tj);
	return err;
}

static int encode(const struct pmk_bench *b, const struct pmk_image *image, uint8_t **data, size_t *bytes)
{
	uint32_t fourcc = b->options->settings.input_format;

	if (fourcc == PMK_FOURCC_MJPG)
		return encode_jpeg(image, data, bytes);
	*bytes = pmk_fourcc_bytes(
		fourcc, b->camera.width, b->camera.height, pmk_fourcc_stride(fourcc, b->camera.width));
	*data = malloc(*bytes);
	return *data ? pmk_convert_to_raw(image, fourcc, *data, *bytes) : -ENOMEM;
}

int pmk_bench_material_make(const struct pmk_bench *b, bool still, struct pmk_bench_material *m)
{
	struct pmk_presenter *presenter;
	struct pmk_image image = { 0 };
	int err = pmk_presenter_create(b->camera.width, b->camera.height, 1, &presenter);

	if (err)
		return err;
	err = pmk_image_alloc(&image, &b->layout);
	for (int i = 0; !err && i < PMK_BENCH_PICTURES; i++) {
		/* noise depends on the time; so little later, nothing else changes */
		pmk_presenter_draw_image(presenter, still ? 2 + i * 1e-7 : i / RATE, &image, NULL);
		err = encode(b, &image, &m->data[i], &m->bytes[i]);
	}
	pmk_image_free(&image);
	pmk_presenter_destroy(presenter);
	return err;
}

void pmk_bench_material_free(struct pmk_bench_material *m)
{
	for (int i = 0; i < PMK_BENCH_PICTURES; i++)
		free(m->data[i]);
	*m = (struct pmk_bench_material){ 0 };
}
