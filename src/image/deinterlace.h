/* SPDX-License-Identifier: MIT */
/* Whole pictures of fields: one field's lines are kept, and each line between two of them is their mean. This halves
 * the vertical detail, but nothing that moves gets combs. Pure functions; any thread. */
#ifndef PMK_IMAGE_DEINTERLACE_H
#define PMK_IMAGE_DEINTERLACE_H

#include "image/frame.h"

/* A view of one field of a picture whose fields' lines come in turns; the top field has the first line. */
void pmk_deinterlace_turns(const struct pmk_image *image, bool bottom, struct pmk_image *field);
/* A view of the first field of a picture whose fields follow one another; `bottom` tells that it is the bottom one. */
void pmk_deinterlace_halves(const struct pmk_image *image, bool bottom, struct pmk_image *field);

/* Make a whole picture of a field. `field` has the width and sampling of `to`, and half as many lines, where the top
 * field has one more if their number is odd. It may be a view of `to` itself, as of pmk_deinterlace_turns. Both have
 * four lines at least. */
void pmk_deinterlace(const struct pmk_image *field, bool bottom, struct pmk_image *to);

#endif
