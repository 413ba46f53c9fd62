/* SPDX-License-Identifier: MIT */
/* Kernels of a memory of rows that follows slowly where only noise changes. */
#include "pixels/rows_kernel.h"
#include "pixels/vectors.h"

void LEVEL(pmk_rows_differ)(
	const uint8_t *restrict row, const int16_t *restrict memory, int16_t *restrict out, int count)
{
	for (int x = 0; x < count; x++) {
		int16_t off = (int16_t)((int16_t)(row[x] * PMK_SETTLE_LEVEL - memory[x]) >> 4);

		out[x] = memory[x] < 0 ? 0 : off;
	}
}

static inline int16_t size_of(int16_t value)
{
	return value < 0 ? (int16_t)-value : value;
}

void LEVEL(pmk_rows_settle)(const uint8_t *restrict row, const uint8_t *restrict alpha, const int16_t *above,
	const int16_t *here, const int16_t *below, const struct pmk_settle *how, int16_t *restrict memory, int count)
{
	struct pmk_settle h = *how;

	for (int x = 0; x < count; x++) {
		int16_t sum = (int16_t)(above[x - 1] + above[x] + above[x + 1] + here[x - 1] + here[x] + here[x + 1] +
			below[x - 1] + below[x] + below[x + 1]);
		int16_t wide = size_of(sum), own = (int16_t)(3 * size_of(here[x])), size = wide > own ? wide : own;
		int16_t over = (int16_t)(size - h.noise), value = (int16_t)(row[x] * PMK_SETTLE_LEVEL);
		int16_t some = over < 0 ? 0 : over, most = some > h.width ? h.width : some;
		int16_t share = (int16_t)(h.least + most * h.slope), off = (int16_t)(value - memory[x]);
		/* 1: half of what rounding down loses */
		int16_t moved = (int16_t)(memory[x] + 2 * pmk_upper(off, share) + 1);
		int16_t next = memory[x] < 0 || moved < 0 ? value : moved;

		memory[x] = alpha[x] == 255 ? next : PMK_SETTLE_NONE;
	}
}
