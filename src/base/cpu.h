/* SPDX-License-Identifier: MIT */
/* Level of vector instructions that kernels may use on this machine. The levels of one architecture are ordered: each
 * includes the lower ones.
 *
 * The one rule: the level belongs to the process, as the CPU does. A front end that forces a level does so at its
 * start, before it creates the objects that are to use it; an object keeps the level that it was created with. All
 * functions may be called from any thread.
 *
 *	if (pmk_cpu_force("avx2"))
 *		... no such level, or not on this CPU */
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
enum pmk_cpu_level pmk_cpu_best(void); /* the highest level that this machine has */

/* Use the level `name` from now on; "auto" means the best one. -EINVAL: there is no such level; -ENOTSUP: this CPU
 * lacks it. */
int pmk_cpu_force(const char *name) __attribute__((warn_unused_result));

enum pmk_cpu_level pmk_cpu_level(void); /* the level to use: the one forced, else the best */

#endif
