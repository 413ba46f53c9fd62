/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_scan.h"

#include <stddef.h>

struct pmk_jpeg_scan *pmk_jpeg_scan_create(void)
{
	return NULL;
}

void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan)
{
}

bool pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3], int spare)
{
	return false;
}
