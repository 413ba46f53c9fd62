/* SPDX-License-Identifier: MIT */
#include "compose/show/stamp.h"

#include <sys/stat.h>

struct pmk_stamp pmk_stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return (struct pmk_stamp){ 0 };
	return (struct pmk_stamp){ st.st_dev, st.st_ino, st.st_mtim, st.st_size };
}

bool pmk_stamp_equal(const struct pmk_stamp *a, const struct pmk_stamp *b)
{
	return a->device == b->device && a->number == b->number && a->changed.tv_sec == b->changed.tv_sec &&
		a->changed.tv_nsec == b->changed.tv_nsec && a->bytes == b->bytes;
}
