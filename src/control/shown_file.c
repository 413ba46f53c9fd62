/* SPDX-License-Identifier: MIT */
#include "control/shown_file.h"

#include "base/log.h"
#include "image/alpha.h"
#include "media/still.h"

int pmk_shown_write_file(const struct pmk_shown *shown, const char *path, int quality)
{
	const struct pmk_image *image = pmk_shown_image(shown);
	const struct pmk_mask *alpha = pmk_shown_alpha(shown);
	struct pmk_image plain = { 0 };
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, image->layout.width, image->layout.height);

	if (err) {
		pmk_error("%s: not enough memory", path);
		return err;
	}
	err = alpha ? pmk_image_alloc(&plain, &image->layout) : 0;
	if (!err) {
		if (alpha)
			pmk_alpha_divide(image, alpha, &plain);
		pmk_colour_image_to_rgb(alpha ? &plain : image, &rgb);
		err = pmk_still_write_alpha(path, &rgb, alpha, quality);
	}
	pmk_image_free(&plain);
	pmk_rgb_free(&rgb);
	return err;
}
