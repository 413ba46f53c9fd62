/* SPDX-License-Identifier: MIT */
/* Bilinear scaling of packed pixels with libswscale, as in programs that work in BGR. Only `bench` uses it, for
 * comparison with such programs; frames are scaled by image/convert.h. One thread. */
#ifndef PMK_MEDIA_RESCALE_H
#define PMK_MEDIA_RESCALE_H

#include <stdint.h>

enum pmk_pixels { PMK_PIXELS_GREY, PMK_PIXELS_RGB, PMK_PIXELS_BGR, PMK_PIXELS_YUYV };

struct pmk_packed {
	enum pmk_pixels pixels;
	int width, height; /* px */
};

struct pmk_rescale;

/* -ENOMEM; -ENOPKG: there is no media module (media_module.h). Nothing is logged. */
int pmk_rescale_create(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale)
	__attribute__((warn_unused_result));
/* Strides are in bytes. */
void pmk_rescale_run(struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride);
void pmk_rescale_destroy(struct pmk_rescale *rescale); /* NULL is allowed */

#endif
