/* SPDX-License-Identifier: MIT */
#include "media/still/limits.h"

#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>

int pmk_still_check_size(const char *path, int64_t width, int64_t height, int least, int most, int64_t max_px)
{
	if (width >= least && height >= least && width <= most && height <= most && width * height <= max_px)
		return 0;
	pmk_error_cure(PMK_CURE_SCALE_FILE,
		"%s: a picture of %lldx%lld; sides must be %d to %d, with at most %lld million pixels", path,
		(long long)width, (long long)height, least, most, (long long)(max_px / 1000000));
	return -EINVAL;
}

void pmk_still_shrink(int *width, int *height, int64_t most_px)
{
	double area = (double)*width * *height, factor = sqrt((double)most_px / area);

	if (area <= (double)most_px)
		return;
	*width = pmk_max((int)(*width * factor), 1);
	*height = pmk_max((int)(*height * factor), 1);
}
