/* SPDX-License-Identifier: MIT */
/* The files of the page, which the build puts into the program (tools/embed). Any thread. */
#ifndef PMK_CONTROL_PAGE_ASSETS_H
#define PMK_CONTROL_PAGE_ASSETS_H

#include <stddef.h>

struct pmk_asset {
	const char *path, *type; /* in the address, from / on; its media type */
	const unsigned char *data;
	size_t bytes;
};

const struct pmk_asset *pmk_asset_find(const char *path); /* NULL: there is none */

#endif
