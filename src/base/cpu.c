/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
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

static const char *forced; /* NULL: as the environment says */

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

static int parse(const char *from, const char *name, enum pmk_cpu_level *level)
{
	int best = PMK_CPU_BASE, known = -1;

	for (int i = 0; i < PMK_CPU_LEVELS; i++) {
		if (names[i] && pmk_cpu_has((enum pmk_cpu_level)i))
			best = i;
		if (names[i] && strcmp(name, names[i]) == 0)
			known = i;
	}
	if (strcmp(name, "auto") == 0)
		known = best;
	if (known < 0 || known > best) {
		pmk_error("%s %s: %s; the best here is %s", from, name,
			known < 0 ? "there is no such level" : "this machine cannot do that", names[best]);
		return -EINVAL;
	}
	*level = (enum pmk_cpu_level)known;
	return 0;
}

int pmk_cpu_force(const char *name)
{
	enum pmk_cpu_level level;
	int err = parse("--cpu", name, &level);

	if (err == 0)
		forced = strcmp(name, "auto") == 0 ? "auto" : names[level];
	return err;
}

int pmk_cpu_level(enum pmk_cpu_level *level)
{
	const char *asked = getenv("POTEMKIN_CPU");

	return forced ? parse("--cpu", forced, level) : parse("$POTEMKIN_CPU", asked && *asked ? asked : "auto", level);
}
