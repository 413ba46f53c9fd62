/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_shown and its pool. The one rule: only shown.c (storage) and compose/compose.c (the seal)
 * may include this header; tests/check_tree.py checks it. */
#ifndef PMK_IMAGE_SHOWN_SEAL_H
#define PMK_IMAGE_SHOWN_SEAL_H

#include "image/shown.h"

/* Columns of luma, first..end - 1, that a person covers. */
struct pmk_shown_span {
	int first, end;
};

struct pmk_shown {
	struct pmk_image image;
	struct pmk_mask alpha; /* if transparent; the memory is there in any case */
	bool transparent;
	uint64_t time_ns;
	int64_t position_ns;
	bool cover;
	uint64_t backdrop; /* number of the backdrop outside of the spans, as compose.c counts them; 0: none */
	struct pmk_shown_span *span; /* one for each row of cells, from the top */
	atomic_int users;
};

struct pmk_shown_pool;

/* NULL if out of memory. Destroy allows NULL; no picture of the pool may be in use then. */
struct pmk_shown_pool *pmk_shown_pool_create(int count, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_shown_pool_destroy(struct pmk_shown_pool *pool);
/* Take a free picture with one user; NULL: all are in use. */
struct pmk_shown *pmk_shown_pool_take(struct pmk_shown_pool *pool) __attribute__((warn_unused_result));

#endif
