/* SPDX-License-Identifier: MIT */
#include "media/still/inks.h"

/* Adobe's programs, and so all others that mark a file as theirs, store what each ink leaves of the light. */
void pmk_still_inks_row(
	const struct jpeg_decompress_struct *library, const struct pmk_profile *profile, uint8_t *inks, uint8_t *rgb)
{
	int width = (int)library->output_width;

	for (int i = 0; i < 4 * width && library->saw_Adobe_marker; i++)
		inks[i] = (uint8_t)(255 - inks[i]);
	if (profile) {
		pmk_profile_run(profile, inks, rgb, width);
		return;
	}
	for (int x = 0; x < width; x++) {
		for (int c = 0; c < 3; c++)
			rgb[3 * x + c] = (uint8_t)(((255 - inks[4 * x + c]) * (255 - inks[4 * x + 3]) + 127) / 255);
	}
}

bool pmk_still_jpeg_has_all(const struct jpeg_decompress_struct *library)
{
	for (int i = 0; i < library->num_components; i++) {
		if (!library->comp_info[i].quant_table || (library->progressive_mode && library->coef_bits[i][0] < 0))
			return false;
	}
	return true;
}
