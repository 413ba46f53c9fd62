/* SPDX-License-Identifier: MIT */
#include "pixels/rows.h"

#include "base/dispatch.h"

PMK_LEVELS(const struct pmk_rows, pmk_rows);

const struct pmk_rows *pmk_rows_of(enum pmk_cpu_level level)
{
	return PMK_OF_LEVEL(pmk_rows, level);
}

const struct pmk_rows *pmk_rows(void)
{
	return pmk_rows_of(pmk_cpu_level());
}

bool pmk_taps_make(struct pmk_taps *taps, const int *place, int count)
{
	for (int x = 0; x < count; x++) {
		struct pmk_taps *t = &taps[x / 8];
		int left = place[x] / 256, half = x % 8 / 4;

		if (x % 8 == 0)
			*t = (struct pmk_taps){ .base = { left, left } };
		if (x % 4 == 0)
			t->base[half] = left;
		if (left - t->base[half] > 14)
			return false;
		t->pair[x % 8 * 2] = (uint8_t)(left - t->base[half]);
		t->pair[x % 8 * 2 + 1] = (uint8_t)(left - t->base[half] + 1);
		t->part[x % 8] = (uint16_t)(place[x] % 256);
	}
	return true;
}
