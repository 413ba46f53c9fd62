/* SPDX-License-Identifier: MIT */
#include "control/page/thumbnail.h"

#include "compose/backdrop.h"
#include "draw/builtin.h"
#include "media/still.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { WIDTH = 320, HEIGHT = 180, QUALITY = 85 };

/* Pixels of `format`, a TJPF. */
static int compress(const uint8_t *pixels, int width, int height, int stride, int format, struct pmk_jpeg_copy *jpeg)
{
	tjhandle handle = tjInitCompress();
	unsigned char *data = NULL;
	unsigned long bytes = 0;
	int err = -ENOMEM;

	if (handle &&
		tjCompress2(handle, pixels, width, stride, height, format, &data, &bytes,
			format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_420, QUALITY, 0) == 0) {
		jpeg->data = malloc(bytes);
		jpeg->bytes = bytes;
		err = jpeg->data ? 0 : -ENOMEM;
	}
	if (!err)
		memcpy(jpeg->data, data, bytes);
	tjFree(data);
	if (handle)
		tjDestroy(handle);
	return err;
}

int pmk_thumbnail_builtin(const char *name, struct pmk_jpeg_copy *jpeg)
{
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, WIDTH, HEIGHT);

	if (err)
		return err;
	err = pmk_builtin_draw(name, &rgb);
	if (!err)
		err = compress(rgb.data, rgb.width, rgb.height, rgb.stride, TJPF_RGB, jpeg);
	pmk_rgb_free(&rgb);
	return err;
}

int pmk_thumbnail_file(const char *path, struct pmk_jpeg_copy *jpeg)
{
	struct pmk_rgb whole, rgb = { 0 };
	int err = pmk_still_read(path, &whole);

	if (err)
		return err;
	err = pmk_rgb_alloc(&rgb, WIDTH, HEIGHT);
	if (!err)
		err = pmk_backdrop_fit(&whole, PMK_FIT_COVER, &rgb);
	if (!err)
		err = compress(rgb.data, rgb.width, rgb.height, rgb.stride, TJPF_RGB, jpeg);
	pmk_rgb_free(&rgb);
	pmk_rgb_free(&whole);
	return err;
}

int pmk_thumbnail_mask(const struct pmk_mask *mask, struct pmk_jpeg_copy *jpeg)
{
	return compress(mask->alpha, mask->width, mask->height, mask->stride, TJPF_GRAY, jpeg);
}
