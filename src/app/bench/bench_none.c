/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "base/log.h"

enum pmk_exit pmk_command_bench(struct pmk_options *options)
{
	pmk_error("this build of potemkin has no benchmark (meson's option bench)");
	return PMK_EXIT_USAGE;
}
