/* SPDX-License-Identifier: MIT */
#include "app/files/replaced.h"

#include "base/log.h"
#include "io/stream/stream_pipe.h"

#include <sys/stat.h>

bool pmk_replaces_file(const char *out)
{
	struct stat st;

	return !pmk_pipe_is_output(out) && stat(out, &st) == 0 && S_ISREG(st.st_mode);
}

void pmk_tell_replaced(const char *out)
{
	pmk_info("%s existed, and was replaced", out);
}
