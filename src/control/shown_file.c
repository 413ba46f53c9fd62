/* SPDX-License-Identifier: MIT */
#include "control/shown_file.h"

#include "base/log.h"
#include "media/still.h"

int pmk_shown_write_file(const struct pmk_shown *shown, const char *path)
{
	const struct pmk_image *image = pmk_shown_image(shown);
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, image->layout.width, image->layout.height);

	if (err) {
		pmk_error("%s: not enough memory", path);
		return err;
	}
	pmk_colour_image_to_rgb(image, &rgb);
	err = pmk_still_write_rgb(path, &rgb);
	pmk_rgb_free(&rgb);
	return err;
}
