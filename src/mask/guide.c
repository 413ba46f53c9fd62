/* SPDX-License-Identifier: MIT */
#include "mask/guide.h"

#include "base/mem.h"
#include "base/num.h"
#include "mask/edge.h"

#include <errno.h>
#include <stdlib.h>

enum { RADIUS = 2, PAD = 16 }; /* RADIUS as in edge_guide.c; PAD: zeros between rows, a line of cache */

int pmk_guide_init(struct pmk_guide *g, int width, int height)
{
	int w = (width + 1) / 2, h = (height + 1) / 2;
	size_t plane = pmk_align_up_size((size_t)w * (size_t)h, 16),
	       line = pmk_align_up_size((size_t)w, 16); /* in floats */
	size_t rows = PMK_GUIDE_ROWS * (PAD + line) + PAD, lines = PMK_GUIDE_ROWS * PMK_GUIDE_LINES * line;
	float *at = pmk_mem_alloc(
		((PMK_GUIDE_PLANES + 2) * plane + rows + lines + line) * sizeof *at + (size_t)h * sizeof *g->span);

	if (!at)
		return -ENOMEM;
	*g = (struct pmk_guide){ .kernels = pmk_edge_kernels(), .width = w, .height = h, .block = at };
	g->gain = at;
	g->offset = at + plane;
	at += 2 * plane;
	for (int i = 0; i < PMK_GUIDE_PLANES; i++, at += plane)
		g->plane[i] = at;
	at += PAD;
	for (int i = 0; i < PMK_GUIDE_ROWS; i++, at += line + PAD)
		g->row[i] = at;
	for (int i = 0; i < PMK_GUIDE_ROWS * PMK_GUIDE_LINES; i++, at += line)
		g->line[i / PMK_GUIDE_LINES][i % PMK_GUIDE_LINES] = at;
	g->share = at;
	for (int x = 0; x < w; x++)
		at[x] = 1.0f / (float)(pmk_min(x + RADIUS, w - 1) - pmk_max(x - RADIUS, 0) + 1);
	g->span = (struct pmk_guide_span *)(at + line);
	return 0;
}

void pmk_guide_finish(struct pmk_guide *g)
{
	free(g->block);
	*g = (struct pmk_guide){ 0 };
}

void pmk_guide_halve(const float *from, int from_width, int from_height, float *blocks)
{
	int w = (from_width + 1) / 2, h = (from_height + 1) / 2;

	for (int y = 0; y < h; y++) {
		const float *a = from + (size_t)(2 * y) * (size_t)from_width,
			    *b = 2 * y + 1 < from_height ? a + from_width : a;
		float *out = blocks + (size_t)y * (size_t)w;

		for (int x = 0; x < from_width / 2; x++)
			out[x] = (a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1]) / 4;
		if (from_width % 2)
			out[w - 1] = (a[from_width - 1] + b[from_width - 1]) / 2;
	}
}

void pmk_guide_run(struct pmk_guide *g, float *blocks, const struct pmk_image *small)
{
	g->kernels->guide(g, blocks, small);
}
