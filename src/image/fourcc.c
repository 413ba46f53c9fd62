/* SPDX-License-Identifier: MIT */
#include "image/fourcc.h"

#include "base/num.h"

#include <ctype.h>
#include <string.h>

enum kind { YUV_PACKED, YUV_SEMI, YUV_PLANAR, GREY, RGB, JPEG, STREAM };

static const struct format {
	uint32_t fourcc, plain;
	enum kind kind;
	enum pmk_chroma chroma;
	int bytes; /* of a pixel in the first plane; of a raw format */
	bool apart;
} formats[] = {
	/* cheapest first */
	{ PMK_FOURCC_NV12, PMK_FOURCC_NV12, YUV_SEMI, PMK_CHROMA_420, 1, false },
	{ PMK_FOURCC_NM12, PMK_FOURCC_NV12, YUV_SEMI, PMK_CHROMA_420, 1, true },
	{ PMK_FOURCC_YU12, PMK_FOURCC_YU12, YUV_PLANAR, PMK_CHROMA_420, 1, false },
	{ PMK_FOURCC_YM12, PMK_FOURCC_YU12, YUV_PLANAR, PMK_CHROMA_420, 1, true },
	{ PMK_FOURCC_YV12, PMK_FOURCC_YV12, YUV_PLANAR, PMK_CHROMA_420, 1, false },
	{ PMK_FOURCC_YM21, PMK_FOURCC_YV12, YUV_PLANAR, PMK_CHROMA_420, 1, true },
	{ PMK_FOURCC_NV21, PMK_FOURCC_NV21, YUV_SEMI, PMK_CHROMA_420, 1, false },
	{ PMK_FOURCC_NM21, PMK_FOURCC_NV21, YUV_SEMI, PMK_CHROMA_420, 1, true },
	{ PMK_FOURCC_YUYV, PMK_FOURCC_YUYV, YUV_PACKED, PMK_CHROMA_422, 2, false },
	{ PMK_FOURCC_UYVY, PMK_FOURCC_UYVY, YUV_PACKED, PMK_CHROMA_422, 2, false },
	{ PMK_FOURCC_YVYU, PMK_FOURCC_YVYU, YUV_PACKED, PMK_CHROMA_422, 2, false },
	{ PMK_FOURCC_VYUY, PMK_FOURCC_VYUY, YUV_PACKED, PMK_CHROMA_422, 2, false },
	{ PMK_FOURCC_NV16, PMK_FOURCC_NV16, YUV_SEMI, PMK_CHROMA_422, 1, false },
	{ PMK_FOURCC_NM16, PMK_FOURCC_NV16, YUV_SEMI, PMK_CHROMA_422, 1, true },
	{ PMK_FOURCC_NV61, PMK_FOURCC_NV61, YUV_SEMI, PMK_CHROMA_422, 1, false },
	{ PMK_FOURCC_NM61, PMK_FOURCC_NV61, YUV_SEMI, PMK_CHROMA_422, 1, true },
	{ PMK_FOURCC_422P, PMK_FOURCC_422P, YUV_PLANAR, PMK_CHROMA_422, 1, false },
	{ PMK_FOURCC_YU16, PMK_FOURCC_422P, YUV_PLANAR, PMK_CHROMA_422, 1, false },
	{ PMK_FOURCC_YM16, PMK_FOURCC_422P, YUV_PLANAR, PMK_CHROMA_422, 1, true },
	{ PMK_FOURCC_YV16, PMK_FOURCC_YV16, YUV_PLANAR, PMK_CHROMA_422, 1, false },
	{ PMK_FOURCC_YM61, PMK_FOURCC_YV16, YUV_PLANAR, PMK_CHROMA_422, 1, true },
	{ PMK_FOURCC_AR24, PMK_FOURCC_AR24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_XR24, PMK_FOURCC_AR24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_BGR4, PMK_FOURCC_AR24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_AB24, PMK_FOURCC_AB24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_XB24, PMK_FOURCC_AB24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_BA24, PMK_FOURCC_BA24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_BX24, PMK_FOURCC_BA24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_RGB4, PMK_FOURCC_BA24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_RA24, PMK_FOURCC_RA24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_RX24, PMK_FOURCC_RA24, RGB, PMK_CHROMA_420, 4, false },
	{ PMK_FOURCC_RGB3, PMK_FOURCC_RGB3, RGB, PMK_CHROMA_420, 3, false },
	{ PMK_FOURCC_BGR3, PMK_FOURCC_BGR3, RGB, PMK_CHROMA_420, 3, false },
	{ PMK_FOURCC_RGBP, PMK_FOURCC_RGBP, RGB, PMK_CHROMA_420, 2, false },
	{ PMK_FOURCC_MJPG, PMK_FOURCC_MJPG, JPEG, PMK_CHROMA_420, 0, false },
	{ PMK_FOURCC_JPEG, PMK_FOURCC_MJPG, JPEG, PMK_CHROMA_420, 0, false },
	{ PMK_FOURCC_H264, PMK_FOURCC_H264, STREAM, PMK_CHROMA_420, 0, false },
	{ PMK_FOURCC_HEVC, PMK_FOURCC_HEVC, STREAM, PMK_CHROMA_420, 0, false },
	{ PMK_FOURCC_GREY, PMK_FOURCC_GREY, GREY, PMK_CHROMA_420, 1, false },
	{ PMK_FOURCC_Y16, PMK_FOURCC_Y16, GREY, PMK_CHROMA_420, 2, false },
	{ PMK_FOURCC_Y14, PMK_FOURCC_Y14, GREY, PMK_CHROMA_420, 2, false },
	{ PMK_FOURCC_Y12, PMK_FOURCC_Y12, GREY, PMK_CHROMA_420, 2, false },
	{ PMK_FOURCC_Y10, PMK_FOURCC_Y10, GREY, PMK_CHROMA_420, 2, false },
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

/* NULL: unknown. */
static const struct format *format_of(uint32_t fourcc)
{
	for (int i = 0; i < FORMATS; i++) {
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	}
	return NULL;
}

uint32_t pmk_fourcc_parse(const char *text)
{
	static const struct {
		const char *name;
		uint32_t fourcc;
	} aliases[] = {
		{ "YUY2", PMK_FOURCC_YUYV },
		{ "I420", PMK_FOURCC_YU12 },
		{ "I422", PMK_FOURCC_422P },
		{ "MJPEG", PMK_FOURCC_MJPG },
		{ "H265", PMK_FOURCC_HEVC },
		{ "Y8", PMK_FOURCC_GREY },
		{ "Y800", PMK_FOURCC_GREY },
	};
	char code[5], name[5];
	size_t length = strlen(text);

	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
		if (strcasecmp(text, aliases[i].name) == 0)
			return aliases[i].fourcc;
	}
	while (length && text[length - 1] == ' ')
		length--;
	if (length > 4)
		return 0;
	memcpy(code, text, length);
	code[length] = '\0';
	for (int i = 0; i < FORMATS; i++) {
		if (strcasecmp(code, pmk_fourcc_name(formats[i].fourcc, name)) == 0)
			return formats[i].fourcc;
	}
	return 0;
}

const char *pmk_fourcc_name(uint32_t fourcc, char text[5])
{
	int length = 4;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)(fourcc >> 8 * i);
		text[i] = isprint(c) ? (char)c : '?';
	}
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

uint32_t pmk_fourcc_plain(uint32_t fourcc)
{
	const struct format *f = format_of(fourcc);

	return f ? f->plain : fourcc;
}

int pmk_fourcc_cost(uint32_t fourcc)
{
	const struct format *f = format_of(fourcc);

	return f ? (int)(f - formats) : -1;
}

static bool is_kind(uint32_t fourcc, enum kind kind)
{
	const struct format *f = format_of(fourcc);

	return f && f->kind == kind;
}

bool pmk_fourcc_is_grey(uint32_t fourcc)
{
	return is_kind(fourcc, GREY);
}

bool pmk_fourcc_is_rgb(uint32_t fourcc)
{
	return is_kind(fourcc, RGB);
}

bool pmk_fourcc_is_jpeg(uint32_t fourcc)
{
	return is_kind(fourcc, JPEG);
}

bool pmk_fourcc_is_stream(uint32_t fourcc)
{
	return is_kind(fourcc, STREAM);
}

enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc)
{
	const struct format *f = format_of(fourcc);

	return f ? f->chroma : PMK_CHROMA_420;
}

int pmk_fourcc_stride(uint32_t fourcc, int width)
{
	const struct format *f = format_of(fourcc);

	if (!f)
		return 0;
	return (f->kind == YUV_PACKED ? pmk_align_up(width, 2) : width) * f->bytes;
}

int pmk_fourcc_planes(uint32_t fourcc)
{
	return is_kind(fourcc, YUV_PLANAR) ? 3 : is_kind(fourcc, YUV_SEMI) ? 2 : 1;
}

bool pmk_fourcc_is_apart(uint32_t fourcc)
{
	const struct format *f = format_of(fourcc);

	return f && f->apart;
}

size_t pmk_fourcc_chroma_stride(uint32_t fourcc, int width, int stride)
{
	int half = (stride + 1) / 2;

	if (is_kind(fourcc, YUV_SEMI))
		return (size_t)pmk_max(stride, pmk_align_up(width, 2));
	return (size_t)half;
}

int pmk_fourcc_chroma_rows(uint32_t fourcc, int height)
{
	return pmk_fourcc_chroma(fourcc) == PMK_CHROMA_422 ? height : (height + 1) / 2;
}

size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride)
{
	size_t luma, chroma;

	if (width < 1 || height < 1 || width > PMK_IMAGE_MAX_PX || height > PMK_IMAGE_MAX_PX)
		return 0;
	if (pmk_fourcc_stride(fourcc, width) == 0 || stride < pmk_fourcc_stride(fourcc, width))
		return 0;
	luma = (size_t)stride * (size_t)height;
	chroma = (size_t)pmk_fourcc_chroma_rows(fourcc, height) * pmk_fourcc_chroma_stride(fourcc, width, stride);
	return luma + chroma * (size_t)(pmk_fourcc_planes(fourcc) - 1);
}
