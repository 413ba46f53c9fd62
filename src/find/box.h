/* SPDX-License-Identifier: MIT */
/* A rectangle of real numbers that tells where people are, in px or in blocks. Pure functions.
 *
 * The one rule: a box without area is empty. The union of an empty box and another box is the other one. */
#ifndef PMK_FIND_BOX_H
#define PMK_FIND_BOX_H

#include <math.h>
#include <stdbool.h>

struct pmk_box {
	double left, top, right, bottom;
};

static inline bool pmk_box_is_empty(const struct pmk_box *b)
{
	return b->right <= b->left || b->bottom <= b->top;
}

static inline struct pmk_box pmk_box_union(const struct pmk_box *a, const struct pmk_box *b)
{
	if (pmk_box_is_empty(a) || pmk_box_is_empty(b))
		return pmk_box_is_empty(a) ? *b : *a;
	return (struct pmk_box){ fmin(a->left, b->left), fmin(a->top, b->top), fmax(a->right, b->right),
		fmax(a->bottom, b->bottom) };
}

static inline double pmk_box_area(const struct pmk_box *b)
{
	return pmk_box_is_empty(b) ? 0 : (b->right - b->left) * (b->bottom - b->top);
}

#endif
