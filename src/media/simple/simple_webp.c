/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "media/still/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

enum { LOSSY = 1 };

static const struct {
	VP8StatusCode code;
	int err;
	const char *said;
} faults[] = {
	{ VP8_STATUS_OUT_OF_MEMORY, -ENOMEM, "" },
	{ VP8_STATUS_UNSUPPORTED_FEATURE, -ENOTSUP, "" },
	{ VP8_STATUS_NOT_ENOUGH_DATA, -EBADMSG, "the file ends too early" },
	{ VP8_STATUS_SUSPENDED, -EBADMSG, "the file ends too early" },
};

static int fault_of(VP8StatusCode code, struct pmk_simple_picture *picture)
{
	if (code == VP8_STATUS_OK)
		return 0;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (faults[i].code == code) {
			snprintf(picture->said, sizeof picture->said, "%s", faults[i].said);
			return faults[i].err;
		}
	}
	snprintf(picture->said, sizeof picture->said, "its data are not valid");
	return -EBADMSG;
}

/* RFC 9649, 2.3: the content of the chunk ICCP. */
static const uint8_t *find_icc(const struct pmk_simple_file *file, size_t *bytes)
{
	for (size_t at = 12; file->bytes > at && file->bytes - at >= 8;) {
		const uint8_t *head = file->data + at;
		size_t length = (size_t)head[7] << 24 | (size_t)head[6] << 16 | (size_t)head[5] << 8 | head[4];

		if (length > file->bytes - at - 8)
			break;
		if (memcmp(head, "ICCP", 4) == 0) {
			*bytes = length;
			return head + 8;
		}
		at += 8 + length + (length & 1);
	}
	return NULL;
}

/* Have the planes decoded as they are stored. */
static int want_planes(
	const WebPBitstreamFeatures *features, struct pmk_simple_picture *picture, WebPDecoderConfig *config)
{
	const struct pmk_layout layout = { .width = features->width, .height = features->height };
	struct pmk_image *to = &picture->planes;
	int err = pmk_image_alloc(to, &layout);

	if (err)
		return err;
	config->output.colorspace = MODE_YUV;
	config->output.u.YUVA = (WebPYUVABuffer){ .y = to->plane[0],
		.u = to->plane[1],
		.v = to->plane[2],
		.y_stride = to->stride[0],
		.u_stride = to->stride[1],
		.v_stride = to->stride[2],
		.y_size = (size_t)to->stride[0] * (size_t)layout.height,
		.u_size = (size_t)to->stride[1] * (size_t)pmk_layout_plane_height(&layout, 1),
		.v_size = (size_t)to->stride[2] * (size_t)pmk_layout_plane_height(&layout, 2) };
	return 0;
}

static int want_pixels(const WebPBitstreamFeatures *features, int64_t whole_px, struct pmk_simple_picture *picture,
	WebPDecoderConfig *config)
{
	size_t row;

	picture->bytes = features->has_alpha ? 4 : 3;
	pmk_still_shrink(&picture->width, &picture->height, whole_px);
	row = (size_t)picture->width * (size_t)picture->bytes;
	picture->pixels = malloc(row * (size_t)picture->height);
	if (!picture->pixels)
		return -ENOMEM;
	config->options.use_scaling = picture->width != features->width || picture->height != features->height;
	config->options.scaled_width = picture->width;
	config->options.scaled_height = picture->height;
	config->output.colorspace = features->has_alpha ? MODE_RGBA : MODE_RGB;
	config->output.u.RGBA = (WebPRGBABuffer){
		.rgba = picture->pixels, .stride = (int)row, .size = row * (size_t)picture->height
	};
	return 0;
}

static int decode(const struct pmk_simple_file *file, WebPDecoderConfig *config, struct pmk_simple_picture *picture)
{
	const WebPBitstreamFeatures *features = &config->input;
	enum pmk_profile_pixels pixels = features->has_alpha ? PMK_PROFILE_RGBA : PMK_PROFILE_RGB;
	bool planes = file->planes && features->format == LOSSY && !features->has_alpha;
	size_t bytes;
	const uint8_t *icc = find_icc(file, &bytes);
	int err = icc ? pmk_profile_open(file->path, icc, bytes, pixels, false, &picture->profile) : 0;

	if (err)
		return err;
	picture->width = features->width;
	picture->height = features->height;
	config->output.is_external_memory = 1;
	err = planes && !picture->profile ? want_planes(features, picture, config) :
					    want_pixels(features, file->whole_px, picture, config);
	if (!err)
		err = fault_of(WebPDecode(file->data, file->bytes, config), picture);
	WebPFreeDecBuffer(&config->output);
	return err;
}

int pmk_simple_webp(const struct pmk_simple_file *file, struct pmk_simple_picture *picture)
{
	WebPDecoderConfig config;
	int err;

	if (!WebPInitDecoderConfig(&config))
		return -ENOTSUP;
	err = fault_of(WebPGetFeatures(file->data, file->bytes, &config.input), picture);
	if (err)
		return err;
	err = pmk_still_check_size(
		file->path, config.input.width, config.input.height, file->least_px, file->most_px, file->area);
	if (err)
		return err;
	return config.input.has_animation ? -ENOTSUP : decode(file, &config, picture);
}
