/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_fast.h"

#include "base/cpu.h"

const struct pmk_jpeg_fast *pmk_jpeg_fast(void)
{
	static const struct pmk_jpeg_fast fast = { pmk_jpeg_blocks_avx2,
		{ pmk_jpeg_idct_flat, pmk_jpeg_idct_few, pmk_jpeg_idct } };

	return pmk_cpu_level() >= PMK_CPU_AVX2 && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") ?
		&fast :
		NULL;
}
