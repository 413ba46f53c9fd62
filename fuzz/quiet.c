/* SPDX-License-Identifier: MIT */
/* Fuzzers log nothing: most inputs are wrong, and each would have its line. */
#include "base/log.h"
#include "fuzz.h"

static void ignore(void *user, enum pmk_log_level level, const char *line)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	pmk_log_redirect(ignore, NULL);
	return 0;
}
