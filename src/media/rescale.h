/* SPDX-License-Identifier: MIT */
/* Bilinear scaling of packed pixels, as programs do it that work in BGR (libswscale). Only `bench` uses it, to compare
 * with those: the way of a frame has convert.h. One thread. */
#ifndef PMK_MEDIA_RESCALE_H
#define PMK_MEDIA_RESCALE_H

#include <stdint.h>

enum pmk_pixels { PMK_PIXELS_GREY, PMK_PIXELS_RGB, PMK_PIXELS_BGR, PMK_PIXELS_YUYV };

struct pmk_packed {
	enum pmk_pixels pixels;
	int width, height; /* px */
};

struct pmk_rescale;

/* -ENOMEM; -ENOPKG where the media module (media_module.h) cannot be had. Logs nothing. */
int pmk_rescale_create(const struct pmk_packed *from, const struct pmk_packed *to, struct pmk_rescale **rescale)
	__attribute__((warn_unused_result));
/* strides in bytes */
void pmk_rescale_run(struct pmk_rescale *rescale, const uint8_t *from, int from_stride, uint8_t *to, int to_stride);
void pmk_rescale_destroy(struct pmk_rescale *rescale); /* NULL is fine */

#endif
