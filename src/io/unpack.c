/* SPDX-License-Identifier: MIT */
#include "io/unpack.h"

#include "image/convert.h"
#include "image/fourcc.h"
#include "jpeg/jpeg.h"

int pmk_unpack_init(struct pmk_unpack *u, uint32_t fourcc)
{
	*u = (struct pmk_unpack){ .fourcc = fourcc };
	return pmk_fourcc_is_jpeg(fourcc) ? pmk_jpeg_create(&u->jpeg) : 0;
}

void pmk_unpack_finish(struct pmk_unpack *u)
{
	pmk_jpeg_destroy(u->jpeg);
	*u = (struct pmk_unpack){ 0 };
}

bool pmk_unpack_meaning(uint32_t fourcc, struct pmk_layout *layout)
{
	bool jpeg = pmk_fourcc_is_jpeg(fourcc);

	layout->chroma = jpeg ? PMK_CHROMA_422 : pmk_fourcc_chroma(fourcc);
	layout->matrix = PMK_MATRIX_BT601;
	layout->range = jpeg || pmk_fourcc_is_grey(fourcc) ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
	return jpeg || pmk_fourcc_is_rgb(fourcc);
}

const char *pmk_unpack_layout(struct pmk_unpack *u, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	if (bytes == 0)
		return "empty";
	if (u->jpeg && pmk_jpeg_layout(u->jpeg, data, bytes, layout) < 0)
		return "not a complete JPEG";
	return NULL;
}

const char *pmk_unpack_planes(struct pmk_unpack *u, const struct pmk_planes *planes, struct pmk_image *image)
{
	return pmk_convert_from_planes(image, u->fourcc, planes) < 0 ? "too short" : NULL;
}

const char *pmk_unpack(struct pmk_unpack *u, const uint8_t *data, size_t bytes, int stride, struct pmk_image *image)
{
	if (bytes == 0)
		return "empty";
	if (u->jpeg)
		return pmk_jpeg_decode(u->jpeg, data, bytes, image) < 0 ? "a broken JPEG" : NULL;
	return pmk_convert_from_raw(image, u->fourcc, data, bytes, stride) < 0 ? "too short" : NULL;
}
