/* SPDX-License-Identifier: MIT */
/* The two chains that potemkin is compared with, in the same run on the same JPEG frames: the floor, which only decodes
 * them, and the way of most programs: decode to BGR, resize, XNNPACK, enlarge the mask, blend in BGR, convert to YUYV.
 * One thread. */
#ifndef PMK_APP_BENCH_BENCH_USUAL_H
#define PMK_APP_BENCH_BENCH_USUAL_H

#include <stddef.h>
#include <stdint.h>

struct pmk_usual;

/* 0; -ENOMEM; -ENOPKG without the media module, whose scaler it uses; or an error of loading the model. */
int pmk_usual_create(const char *model, int width, int height, struct pmk_usual **usual)
	__attribute__((warn_unused_result));
void pmk_usual_destroy(struct pmk_usual *usual); /* NULL is fine */
/* Decode to planes, no more. 0 or -EIO. */
int pmk_usual_decode(struct pmk_usual *usual, const uint8_t *jpeg, size_t bytes) __attribute__((warn_unused_result));
/* The whole chain. 0 or -EIO. */
int pmk_usual_frame(struct pmk_usual *usual, const uint8_t *jpeg, size_t bytes) __attribute__((warn_unused_result));

#endif
