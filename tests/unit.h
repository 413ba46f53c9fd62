/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka, and the last message of the log. */
#ifndef PMK_TESTS_UNIT_H
#define PMK_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/cures.h"
#include "base/log.h"

static char unit_logged[4096];
static int unit_log_count;

static inline void unit_keep_log(void *user, enum pmk_log_level level, const char *line)
{
	if (level > PMK_LOG_WARN)
		return;
	snprintf(unit_logged, sizeof unit_logged, "%s", line);
	unit_log_count++;
}

/* From here on messages are kept in unit_logged instead of printed; they end as the program's do. */
static inline void unit_catch_log(void)
{
	unit_logged[0] = '\0';
	unit_log_count = 0;
	pmk_log_set_cures(pmk_cures);
	pmk_log_redirect(unit_keep_log, NULL);
}

/* Where photos, clips and models of others lie; tests that need one and do not find it say so and skip. */
static inline const char *unit_test_data(void)
{
	const char *asked = getenv("POTEMKIN_TEST_DATA");

	return asked && *asked ? asked : PMK_TEST_DATA;
}

/* A small generator with a seed of its own, so that a failure can be run again. */
static inline uint32_t unit_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
