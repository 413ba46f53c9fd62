/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_fast.h"

#include "base/cpu.h"

const struct pmk_jpeg_fast *pmk_jpeg_fast(void)
{
	static const struct pmk_jpeg_fast base = { pmk_jpeg_blocks_base,
		{ pmk_jpeg_idct_flat_base, pmk_jpeg_idct_few_base, pmk_jpeg_idct_base } };
#ifdef __x86_64__
	static const struct pmk_jpeg_fast avx2 = { pmk_jpeg_blocks_avx2,
		{ pmk_jpeg_idct_flat_avx2, pmk_jpeg_idct_few_avx2, pmk_jpeg_idct_avx2 } };

	if (pmk_cpu_level() >= PMK_CPU_AVX2 && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
		return &avx2;
#endif
	return &base;
}
