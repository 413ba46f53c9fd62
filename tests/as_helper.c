/* SPDX-License-Identifier: MIT */
/* Linked into each unit test. The program decodes pictures in another process, which is itself started anew (helper.h):
 * a test that reads one, for the page or as a backdrop, must become that process then, and not run all tests again. */
#include "media/sandbox/helper.h"

#include <string.h>
#include <unistd.h>

static void __attribute__((constructor)) become_helper(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], PMK_HELPER_ARGUMENT) == 0)
		_exit(pmk_helper_main());
}
