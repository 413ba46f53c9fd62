/* SPDX-License-Identifier: MIT */
/* Which vectors kernels may use on this machine. Levels of one architecture are ordered: each has all that the lower
 * ones have. */
#ifndef PMK_BASE_CPU_H
#define PMK_BASE_CPU_H

#include <stdbool.h>

enum pmk_cpu_level {
	PMK_CPU_BASE, /* 16-byte vectors: "sse2" on x86-64, "neon" on arm64, "base" elsewhere */
	PMK_CPU_AVX2, /* with FMA */
	PMK_CPU_AVX512, /* F, BW, DQ, VL */
	PMK_CPU_LEVELS
};

const char *pmk_cpu_name(enum pmk_cpu_level level);
bool pmk_cpu_has(enum pmk_cpu_level level);

/* Use at most the level `name`; "auto": the best again. -EINVAL when there is no such level or this CPU lacks it;
 * logged. Call before other threads start. */
int pmk_cpu_force(const char *name) __attribute__((warn_unused_result));

/* The level to use: the one forced, else $POTEMKIN_CPU, else the best. -EINVAL for a bad $POTEMKIN_CPU; logged. */
int pmk_cpu_level(enum pmk_cpu_level *level) __attribute__((warn_unused_result));

#endif
