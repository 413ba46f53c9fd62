/* SPDX-License-Identifier: MIT */
/* Which vectors kernels may use on this machine. Levels of one architecture are ordered: each has all that the lower
 * ones have.
 *
 * The one rule: the level belongs to the process, as the CPU does. A front end forces one at its start, before it makes
 * the objects that are to use it; an object keeps the level that it was made with. [any thread] */
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
enum pmk_cpu_level pmk_cpu_best(void); /* of those that this machine has */

/* Use the level `name` from now on; "auto": the best again. -EINVAL there is no such level, -ENOTSUP this CPU lacks it.
 */
int pmk_cpu_force(const char *name) __attribute__((warn_unused_result));

enum pmk_cpu_level pmk_cpu_level(void); /* the level to use: the one forced, else the best */

#endif
