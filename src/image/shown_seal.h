/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_shown. For shown.c (storage) and compose/compose.c (the gate) only: tests/check_tree.py. */
#ifndef PMK_IMAGE_SHOWN_SEAL_H
#define PMK_IMAGE_SHOWN_SEAL_H

#include "image/shown.h"

/* Columns of luma where a picture holds somebody. */
struct pmk_shown_span {
	int first, end;
};

struct pmk_shown {
	struct pmk_image image;
	uint64_t time_ns;
	int64_t position_ns;
	bool cover;
	uint64_t backdrop; /* 0, or which one it holds outside of the spans, as compose.c counts them */
	struct pmk_shown_span *span; /* of each row of cells of 8x8 pixels, from the top */
	atomic_int users;
};

struct pmk_shown_pool;

struct pmk_shown_pool *pmk_shown_pool_create(int count, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_shown_pool_destroy(struct pmk_shown_pool *pool);
/* NULL when all are in use */
struct pmk_shown *pmk_shown_pool_take(struct pmk_shown_pool *pool) __attribute__((warn_unused_result));

#endif
