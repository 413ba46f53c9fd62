/* SPDX-License-Identifier: MIT */
/* Names of kernels that are compiled once for each level of the CPU (base/cpu.h) from one source, and the choice of a
 * level. The build defines PMK_LEVEL: with -DPMK_LEVEL=avx2, LEVEL(pmk_x) is pmk_x_avx2.
 *
 * The one rule: in a kernel source, each external symbol has a LEVEL() name; everything else is static.
 *
 *	const struct pmk_rows LEVEL(pmk_rows) = { .blend = blend, ... };   in the source that is compiled for each level
 *	PMK_LEVELS(const struct pmk_rows, pmk_rows);                       in the source that chooses
 *	return PMK_OF_LEVEL(pmk_rows, level); */
#ifndef PMK_BASE_DISPATCH_H
#define PMK_BASE_DISPATCH_H

#include "base/cpu.h"

#ifndef PMK_LEVEL
#define PMK_LEVEL base
#endif
#define PMK_LEVEL_PASTE2(a, b) a##_##b
#define PMK_LEVEL_PASTE(a, b) PMK_LEVEL_PASTE2(a, b)
#define LEVEL(name) PMK_LEVEL_PASTE(name, PMK_LEVEL)

/* PMK_LEVELS declares an object for each level. PMK_OF_LEVEL is the address of the one for `level`, which this machine
 * must have. */
#ifdef __x86_64__
#define PMK_LEVELS(type, name) extern type name##_base, name##_avx2, name##_avx512
#define PMK_OF_LEVEL(name, level) \
	((level) == PMK_CPU_AVX512 ? &name##_avx512 : (level) == PMK_CPU_AVX2 ? &name##_avx2 : &name##_base)
#else
#define PMK_LEVELS(type, name) extern type name##_base
#define PMK_OF_LEVEL(name, level) ((void)(level), &name##_base)
#endif

#endif
