/* SPDX-License-Identifier: MIT */
/* What potemkin is compared with in the same run on the same JPEG frames: the floor (their decoding alone), and the way
 * that most programs go: decode to BGR, resize, XNNPACK, mask to full size, blend in BGR, back to YUYV. One thread. */
#ifndef PMK_APP_BENCH_BENCH_USUAL_H
#define PMK_APP_BENCH_BENCH_USUAL_H

#include <stddef.h>
#include <stdint.h>

struct pmk_usual;

/* -ENOMEM; -ENOPKG without the media module, whose scaling it takes. */
int pmk_usual_create(const char *model, int width, int height, struct pmk_usual **usual)
	__attribute__((warn_unused_result));
void pmk_usual_destroy(struct pmk_usual *usual); /* NULL is fine */
/* to its planes, no more; 0 or -EIO */
int pmk_usual_decode(struct pmk_usual *usual, const uint8_t *jpeg, size_t bytes) __attribute__((warn_unused_result));
/* all the way; 0 or -EIO */
int pmk_usual_frame(struct pmk_usual *usual, const uint8_t *jpeg, size_t bytes) __attribute__((warn_unused_result));

#endif
