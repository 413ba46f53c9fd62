/* SPDX-License-Identifier: MIT */
#include "io/unpack.h"

#include "image/convert.h"
#include "image/fourcc.h"
#include "jpeg/jpeg.h"
#include "media/stream.h"

#include <errno.h>

static enum pmk_stream_kind kind_of(uint32_t fourcc)
{
	return fourcc == PMK_FOURCC_HEVC ? PMK_STREAM_HEVC : PMK_STREAM_H264;
}

bool pmk_unpack_can(uint32_t fourcc)
{
	return !pmk_fourcc_is_stream(fourcc) || pmk_stream_can(kind_of(fourcc));
}

int pmk_unpack_init(struct pmk_unpack *u, uint32_t fourcc)
{
	*u = (struct pmk_unpack){ .fourcc = fourcc };
	if (pmk_fourcc_is_stream(fourcc))
		return pmk_stream_create(kind_of(fourcc), &u->stream);
	return pmk_fourcc_is_jpeg(fourcc) ? pmk_jpeg_create(&u->jpeg) : 0;
}

void pmk_unpack_lose(struct pmk_unpack *u)
{
	if (u->stream)
		pmk_stream_lose(u->stream);
}

bool pmk_unpack_awaits(const struct pmk_unpack *u)
{
	return u->stream && pmk_stream_awaits(u->stream);
}

void pmk_unpack_finish(struct pmk_unpack *u)
{
	pmk_jpeg_destroy(u->jpeg);
	pmk_stream_destroy(u->stream);
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

static const char *decode_stream(struct pmk_unpack *u, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	int err = pmk_stream_decode(u->stream, data, bytes, layout);

	return err == -EAGAIN ? PMK_UNPACK_LATER : err < 0 ? "a broken picture; the next key frame is awaited" : NULL;
}

const char *pmk_unpack_layout(struct pmk_unpack *u, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	if (bytes == 0)
		return "empty";
	if (u->jpeg && pmk_jpeg_layout(u->jpeg, data, bytes, layout) < 0)
		return "not a complete JPEG";
	return u->stream ? decode_stream(u, data, bytes, layout) : NULL;
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
	if (u->stream)
		return pmk_stream_picture(u->stream, image) < 0 ? "a picture of an unknown kind" : NULL;
	return pmk_convert_from_raw(image, u->fourcc, data, bytes, stride) < 0 ? "too short" : NULL;
}
