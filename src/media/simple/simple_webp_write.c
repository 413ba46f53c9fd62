/* SPDX-License-Identifier: MIT */
/* Part of simple.h: WebP files that are written. */
#include "media/out/encoding.h"
#include "media/simple/simple.h"

#include <errno.h>
#include <stdlib.h>
#include <webp/encode.h>

static int error_of(const WebPPicture *picture)
{
	return picture->error_code == VP8_ENC_ERROR_BAD_DIMENSION ? -EINVAL : -ENOMEM;
}

static bool import(WebPPicture *picture, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha)
{
	if (!WebPPictureAlloc(picture))
		return false;
	for (int y = 0; y < pixels->height; y++) {
		const uint8_t *from = pixels->data + (size_t)y * (size_t)pixels->stride;
		const uint8_t *a = alpha ? alpha->alpha + (size_t)y * (size_t)alpha->stride : NULL;
		uint32_t *to = picture->argb + (ptrdiff_t)y * picture->argb_stride;

		for (int x = 0; x < pixels->width; x++, from += pixels->bytes) {
			uint32_t red = from[0], green = from[pixels->bytes / 3], blue = from[pixels->bytes - 1];

			to[x] = (a ? (uint32_t)a[x] : 255u) << 24 | red << 16 | green << 8 | blue;
		}
	}
	return true;
}

int pmk_simple_webp_encode(const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality,
	uint8_t **data, size_t *bytes)
{
	WebPMemoryWriter writer;
	WebPPicture picture;
	WebPConfig config;
	int err = 0;

	if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
		return -ENOTSUP;
	config.quality = (float)pmk_quality_of_webp(quality);
	WebPMemoryWriterInit(&writer);
	picture.use_argb = 1;
	picture.width = pixels->width;
	picture.height = pixels->height;
	picture.writer = WebPMemoryWrite;
	picture.custom_ptr = &writer;
	if (!import(&picture, pixels, alpha) || !WebPEncode(&config, &picture))
		err = error_of(&picture);
	WebPPictureFree(&picture);
	if (err) {
		WebPMemoryWriterClear(&writer);
		return err;
	}
	*data = writer.mem;
	*bytes = writer.size;
	return 0;
}
