/* SPDX-License-Identifier: MIT */
/* Common header of the unit tests: cmocka, the last message of the log, test data, random numbers. */
#ifndef PMK_TESTS_UNIT_H
#define PMK_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/cures.h"
#include "base/log.h"

static char unit_logged[4096];
static atomic_int unit_log_count; /* counted after unit_logged is written: other threads log, too */

static inline void unit_keep_log(void *user, enum pmk_log_level level, const char *line)
{
	if (level > PMK_LOG_WARN)
		return;
	snprintf(unit_logged, sizeof unit_logged, "%s", line);
	unit_log_count++;
}

/* From now on keep each error and warning in unit_logged instead of printing it; with the program's words for the
 * remedy. */
static inline void unit_catch_log(void)
{
	unit_logged[0] = '\0';
	unit_log_count = 0;
	pmk_log_set_cures(pmk_cures);
	pmk_log_redirect(unit_keep_log, NULL);
}

/* The folder of photos, clips and models. A test that does not find what it needs there says so and is skipped. */
static inline const char *unit_test_data(void)
{
	const char *asked = getenv("POTEMKIN_TEST_DATA");

	return asked && *asked ? asked : PMK_TEST_DATA;
}

/* Whether an emulator runs this, a hundred times slower: of a build for another CPU, meson names it. */
static inline bool unit_is_emulated(void)
{
	return getenv("MESON_EXE_WRAPPER");
}

/* Root can, but not that of a namespace with one user. */
static inline bool unit_can_be_others(void)
{
	return geteuid() == 0 && seteuid(65534) == 0 && seteuid(0) == 0;
}

/* How often a test repeats what takes long: fewer times under an emulator. */
static inline int unit_times(int usual, int emulated)
{
	return unit_is_emulated() ? emulated : usual;
}

/* Random number (xorshift32) from a state of the test's own, so that a failure can be repeated. */
static inline uint32_t unit_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
