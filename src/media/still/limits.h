/* SPDX-License-Identifier: MIT */
/* How large a single picture may be. Pure but for the log; any thread. */
#ifndef PMK_MEDIA_STILL_LIMITS_H
#define PMK_MEDIA_STILL_LIMITS_H

#include <stdint.h>

/* -EINVAL, logged, if a side is outside least..most or the area is more than max_px. */
int pmk_still_check_size(const char *path, int64_t width, int64_t height, int least, int most, int64_t max_px)
	__attribute__((warn_unused_result));

/* Make the size of a picture of more than most_px pixels smaller, to about as many; its shape stays. */
void pmk_still_shrink(int *width, int *height, int64_t most_px);

#endif
