/* SPDX-License-Identifier: MIT */
/* A small copy of the mask of the picture that was composed last, for whoever wants to look at it.
 *
 * The one rule: it is made of a mask alone, so nothing of a frame can get into it; and only while somebody looks, which
 * is for a second after each look. */
#ifndef PMK_CORE_MASK_VIEW_H
#define PMK_CORE_MASK_VIEW_H

#include "image/frame.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PMK_MASK_VIEW_SIDE = 320 }; /* px; the longer side of the copy, if the mask is not smaller */

struct pmk_mask_view {
	atomic_ullong wanted_ns; /* until when; CLOCK_MONOTONIC */
	pthread_mutex_t lock; /* protects what follows */
	pthread_cond_t changed;
	uint64_t taken_ns; /* when the copy was made; 0: there is none */
	int width, height; /* px, of the copy */
	uint8_t alpha[PMK_MASK_VIEW_SIDE * PMK_MASK_VIEW_SIDE]; /* rows of `width` */
};

void pmk_mask_view_init(struct pmk_mask_view *view);
void pmk_mask_view_finish(struct pmk_mask_view *view);

bool pmk_mask_view_is_wanted(const struct pmk_mask_view *view, uint64_t now_ns); /* [any thread] */
/* Copy the mask, scaled down; NULL: the picture is a cover, so there is none. Allocates nothing. [scene thread] */
void pmk_mask_view_take(struct pmk_mask_view *view, const struct pmk_mask *mask, uint64_t now_ns);
/* Wait for a copy from now on, 300 ms at most; the caller frees it. -ENODATA: no picture with a mask was made in this
 * time; -ENOMEM. [any thread] */
int pmk_mask_view_look(struct pmk_mask_view *view, struct pmk_mask *copy) __attribute__((warn_unused_result));

#endif
