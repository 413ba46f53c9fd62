/* SPDX-License-Identifier: MIT */
/* In place of all others of this folder where the program is built without: every file is for the module. */
#include "media/simple/simple.h"

#include <errno.h>

const char *pmk_media_simple_kinds(void)
{
	return NULL;
}

int pmk_simple_read(const char *path, struct pmk_rgb *rgb)
{
	return -ENOTSUP;
}

int pmk_simple_read_sheet(const char *path, struct pmk_sheet *sheet)
{
	return -ENOTSUP;
}

int pmk_simple_probe(const char *path)
{
	return -ENOTSUP;
}

int pmk_simple_read_planes(
	const char *path, const struct pmk_simple_fit *fit, struct pmk_image *image, int *bar_x, int *bar_y)
{
	return -ENOTSUP;
}

bool pmk_simple_writes(const char *path)
{
	return false;
}

int pmk_simple_write(
	const char *path, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality)
{
	return -ENOTSUP;
}
