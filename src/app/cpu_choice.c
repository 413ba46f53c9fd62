/* SPDX-License-Identifier: MIT */
#include "app/cpu_choice.h"

#include "base/cpu.h"
#include "base/log.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <stdlib.h>

enum pmk_exit pmk_cpu_choose(const char *asked, bool option)
{
	const char *name = asked ? asked : getenv("POTEMKIN_CPU");
	int err;

	if (!asked && !(name && *name))
		return PMK_EXIT_OK;
	err = pmk_cpu_force(name);
	if (!err)
		return PMK_EXIT_OK;
	pmk_error("%s \"%s\": %s; the best here is %s",
		!asked         ? "$POTEMKIN_CPU" :
			option ? "--cpu" :
				 "cpu",
		pmk_short(name, 40).text, err == -EINVAL ? "there is no such level" : "this machine does not have it",
		pmk_cpu_name(pmk_cpu_best()));
	return PMK_EXIT_USAGE;
}
