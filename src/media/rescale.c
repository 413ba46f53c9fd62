/* SPDX-License-Identifier: MIT */
#include "media/rescale.h"

#include <errno.h>
#include <libswscale/swscale.h>
#include <stdlib.h>

struct pmk_rescale {
	struct SwsContext *sws;
	int rows; /* of the input */
};

static const enum AVPixelFormat formats[] = {
	[PMK_PIXELS_GREY] = AV_PIX_FMT_GRAY8,
	[PMK_PIXELS_RGB] = AV_PIX_FMT_RGB24,
	[PMK_PIXELS_BGR] = AV_PIX_FMT_BGR24,
	[PMK_PIXELS_YUYV] = AV_PIX_FMT_YUYV422,
};

int pmk_rescale_create(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale)
{
	struct pmk_rescale *made = calloc(1, sizeof *made);

	if (!made)
		return -ENOMEM;
	made->rows = from->height;
	made->sws = sws_getContext(from->width, from->height, formats[from->pixels], to->width, to->height,
		formats[to->pixels], SWS_BILINEAR, NULL, NULL, NULL);
	if (!made->sws) {
		free(made);
		return -ENOMEM;
	}
	*rescale = made;
	return 0;
}

void pmk_rescale_run(struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride)
{
	const uint8_t *const source[4] = { from };
	const int strides[4] = { from_stride }, to_strides[4] = { to_stride };
	uint8_t *const target[4] = { to };

	sws_scale(rescale->sws, source, strides, 0, rescale->rows, target, to_strides);
}

void pmk_rescale_destroy(struct pmk_rescale *rescale)
{
	if (!rescale)
		return;
	sws_freeContext(rescale->sws);
	free(rescale);
}
