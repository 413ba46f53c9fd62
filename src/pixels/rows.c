/* SPDX-License-Identifier: MIT */
#include "pixels/rows.h"

extern const struct pmk_rows pmk_rows_base, pmk_rows_avx2, pmk_rows_avx512;

const struct pmk_rows *pmk_rows_of(enum pmk_cpu_level level)
{
#ifdef __x86_64__
	if (level == PMK_CPU_AVX512)
		return &pmk_rows_avx512;
	if (level == PMK_CPU_AVX2)
		return &pmk_rows_avx2;
#endif
	return &pmk_rows_base;
}

const struct pmk_rows *pmk_rows(void)
{
	enum pmk_cpu_level level;

	return pmk_rows_of(pmk_cpu_level(&level) == 0 ? level : PMK_CPU_BASE);
}

bool pmk_look_make(struct pmk_look *looks, const int *place, int count)
{
	for (int x = 0; x < count; x++) {
		struct pmk_look *look = &looks[x / 8];
		int left = place[x] / 256, half = x % 8 / 4;

		if (x % 8 == 0)
			*look = (struct pmk_look){ .base = { left, left } };
		if (x % 4 == 0)
			look->base[half] = left;
		if (left - look->base[half] > 14)
			return false;
		look->pair[x % 8 * 2] = (uint8_t)(left - look->base[half]);
		look->pair[x % 8 * 2 + 1] = (uint8_t)(left - look->base[half] + 1);
		look->part[x % 8] = (uint16_t)(place[x] % 256);
	}
	return true;
}
