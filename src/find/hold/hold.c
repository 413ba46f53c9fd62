/* SPDX-License-Identifier: MIT */
#include "find/hold/hold.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 5 }; /* of a square of cells */

int pmk_hold_init(struct pmk_hold *h, int width, int height)
{
	size_t size = (size_t)width * (size_t)height * sizeof *h->last;

	*h = (struct pmk_hold){ .width = width, .height = height };
	h->last = pmk_mem_alloc(size);
	h->joined = pmk_mem_alloc(size);
	if (h->last && h->joined)
		return 0;
	pmk_hold_finish(h);
	return -ENOMEM;
}

void pmk_hold_finish(struct pmk_hold *h)
{
	free(h->last);
	free(h->joined);
	*h = (struct pmk_hold){ 0 };
}

/* Whether the cell of this px, or one near it, is held: the soft rim of somebody is not sure, but belongs to him. */
static bool is_held(const struct pmk_plate *p, int x, int y)
{
	int column = x >> p->halved, row = y >> p->halved;

	for (int k = 0; k < SIDE * SIDE; k++) {
		int c = column + k % SIDE - SIDE / 2, r = row + k / SIDE - SIDE / 2;

		if (c >= 0 && r >= 0 && c < p->columns && r < p->rows && p->held[r * p->columns + c])
			return true;
	}
	return false;
}

/* The probability that the last look gave at this px; 0 outside. */
static float last_at(const struct pmk_hold *h, double x, double y)
{
	double across, down;

	if (!h->view.width) /* there was no look before */
		return 0;
	across = (x - h->view.x) * h->width / h->view.width;
	down = (y - h->view.y) * h->height / h->view.height;

	if (across < 0 || down < 0 || across >= h->width || down >= h->height)
		return 0;
	return h->last[(size_t)down * (size_t)h->width + (size_t)across];
}

float *pmk_hold_join(struct pmk_hold *h, const struct pmk_plate *plate, int dx, int dy, const struct pmk_rect *view,
	const float *probability)
{
	for (int y = 0; y < h->height; y++) {
		double py = view->y + (y + 0.5) * view->height / h->height;

		for (int x = 0; x < h->width; x++) {
			double px = view->x + (x + 0.5) * view->width / h->width;
			size_t i = (size_t)y * (size_t)h->width + (size_t)x;

			h->joined[i] = probability[i];
			if (is_held(plate, (int)floor(px), (int)floor(py)))
				h->joined[i] = fmaxf(probability[i], last_at(h, px - dx, py - dy));
		}
	}
	return h->joined;
}

void pmk_hold_remember(struct pmk_hold *h, const struct pmk_rect *view, const float *probability)
{
	h->view = *view;
	memcpy(h->last, probability, (size_t)h->width * (size_t)h->height * sizeof *h->last);
}
