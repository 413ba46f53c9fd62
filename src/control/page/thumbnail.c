/* SPDX-License-Identifier: MIT */
#include "control/page/thumbnail.h"

#include "draw/builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { WIDTH = 320, HEIGHT = 180, QUALITY = 85 };

static int compress(const struct pmk_rgb *rgb, struct pmk_jpeg_copy *jpeg)
{
	tjhandle handle = tjInitCompress();
	unsigned char *data = NULL;
	unsigned long bytes = 0;
	int err = -ENOMEM;

	if (handle &&
		tjCompress2(handle, rgb->data, rgb->width, rgb->stride, rgb->height, TJPF_RGB, &data, &bytes,
			TJSAMP_420, QUALITY, 0) == 0) {
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
		err = compress(&rgb, jpeg);
	pmk_rgb_free(&rgb);
	return err;
}
