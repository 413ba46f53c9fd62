/* SPDX-License-Identifier: MIT */
/* The facts in a picture's file beside its pixels, such as EXIF data and boxes: whatever the bytes are, the orientation
 * is one that there is, and a profile lies inside of the file. The same bytes are also taken as EXIF data in text. */
#include "fuzz.h"
#include "media/still/exif.h"
#include "media/still/facts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pmk_still_facts facts;
	char *text = malloc(size + 1);
	int orientation;

	if (!text)
		abort();
	pmk_still_facts(bytes, size, &facts);
	if (facts.orientation < 1 || facts.orientation > 8)
		abort();
	if (facts.icc && (facts.icc < bytes || facts.icc + facts.icc_bytes > bytes + size))
		abort();
	if (size)
		memcpy(text, bytes, size);
	text[size] = '\0';
	orientation = pmk_exif_orientation_in_text(text);
	if (orientation < 0 || orientation > 8)
		abort();
	free(text);
	return 0;
}
