/* SPDX-License-Identifier: MIT */
#include "image/fourcc.h"

#include "base/num.h"

#include <ctype.h>
#include <string.h>

uint32_t pmk_fourcc_parse(const char *text)
{
	static const struct {
		const char *name;
		uint32_t fourcc;
	} names[] = {
		{ "YUYV", PMK_FOURCC_YUYV },
		{ "YUY2", PMK_FOURCC_YUYV },
		{ "UYVY", PMK_FOURCC_UYVY },
		{ "NV12", PMK_FOURCC_NV12 },
		{ "YU12", PMK_FOURCC_YU12 },
		{ "I420", PMK_FOURCC_YU12 },
		{ "YV12", PMK_FOURCC_YV12 },
		{ "MJPG", PMK_FOURCC_MJPG },
		{ "MJPEG", PMK_FOURCC_MJPG },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcasecmp(text, names[i].name) == 0)
			return names[i].fourcc;
	}
	return 0;
}

const char *pmk_fourcc_name(uint32_t fourcc, char text[5])
{
	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)(fourcc >> 8 * i);
		text[i] = isprint(c) ? (char)c : '?';
	}
	text[4] = '\0';
	return text;
}

enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc)
{
	return fourcc == PMK_FOURCC_YUYV || fourcc == PMK_FOURCC_UYVY ? PMK_CHROMA_422 : PMK_CHROMA_420;
}

int pmk_fourcc_stride(uint32_t fourcc, int width)
{
	switch (fourcc) {
	case PMK_FOURCC_YUYV:
	case PMK_FOURCC_UYVY:
		return (width + 1) / 2 * 4;
	case PMK_FOURCC_NV12:
	case PMK_FOURCC_YU12:
	case PMK_FOURCC_YV12:
		return width;
	default:
		return 0;
	}
}

size_t pmk_fourcc_chroma_stride(uint32_t fourcc, int width, int stride)
{
	int half = (stride + 1) / 2;

	if (fourcc == PMK_FOURCC_NV12)
		return (size_t)pmk_max(stride, pmk_align_up(width, 2));
	return (size_t)half;
}

size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride)
{
	size_t luma, rows = (size_t)(height + 1) / 2;

	if (width < 1 || height < 1 || width > PMK_IMAGE_MAX_PX || height > PMK_IMAGE_MAX_PX)
		return 0;
	if (pmk_fourcc_stride(fourcc, width) == 0 || stride < pmk_fourcc_stride(fourcc, width))
		return 0;
	luma = (size_t)stride * (size_t)height;
	if (pmk_fourcc_chroma(fourcc) == PMK_CHROMA_422)
		return luma;
	return luma + rows * pmk_fourcc_chroma_stride(fourcc, width, stride) * (fourcc == PMK_FOURCC_NV12 ? 1 : 2);
}
