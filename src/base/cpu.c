/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static const char *const names[PMK_CPU_LEVELS] = {
#if defined(__x86_64__)
	"sse2",
	"avx2",
	"avx512",
#elif defined(__aarch64__)
	"neon",
#else
	"base",
#endif
};

static atomic_int forced = PMK_CPU_LEVELS; /* an enum pmk_cpu_level; PMK_CPU_LEVELS: none is forced */

const char *pmk_cpu_name(enum pmk_cpu_level level)
{
	return names[level];
}

bool pmk_cpu_has(enum pmk_cpu_level level)
{
#ifdef __x86_64__
	bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");

	if (level == PMK_CPU_AVX2)
		return avx2;
	if (level == PMK_CPU_AVX512)
		return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
			__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
	return level == PMK_CPU_BASE;
}

enum pmk_cpu_level pmk_cpu_best(void)
{
	int best = PMK_CPU_LEVELS - 1;

	while (best > PMK_CPU_BASE && !(names[best] && pmk_cpu_has((enum pmk_cpu_level)best)))
		best--;
	return (enum pmk_cpu_level)best;
}

int pmk_cpu_force(const char *name)
{
	int level = 0;

	while (level < PMK_CPU_LEVELS && !(names[level] && strcmp(name, names[level]) == 0))
		level++;
	if (level == PMK_CPU_LEVELS && strcmp(name, "auto") != 0)
		return -EINVAL;
	if (level < PMK_CPU_LEVELS && !pmk_cpu_has((enum pmk_cpu_level)level))
		return -ENOTSUP;
	atomic_store(&forced, level);
	return 0;
}

enum pmk_cpu_level pmk_cpu_level(void)
{
	int level = atomic_load(&forced);

	return level < PMK_CPU_LEVELS ? (enum pmk_cpu_level)level : pmk_cpu_best();
}
