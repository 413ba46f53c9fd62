/* SPDX-License-Identifier: MIT */
/* In place of webp.c where libwebpdemux is missing. */
#include "media/film/webp.h"

#include <errno.h>

bool pmk_webp_can(const char *path)
{
	return false;
}

int pmk_webp_open(const char *path, struct pmk_webp **webp)
{
	return -ENOTSUP;
}

void pmk_webp_close(struct pmk_webp *webp)
{
}

const struct pmk_webp_info *pmk_webp_info(const struct pmk_webp *webp)
{
	return NULL;
}

int pmk_webp_start(struct pmk_webp *webp)
{
	return -ENOTSUP;
}

int pmk_webp_next(struct pmk_webp *webp, AVFrame *frame, int64_t *damaged)
{
	return -ENOTSUP;
}

void pmk_webp_rewind(struct pmk_webp *webp)
{
}
