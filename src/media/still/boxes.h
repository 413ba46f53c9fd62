/* SPDX-License-Identifier: MIT */
/* The boxes of an AVIF or HEIC file that say how its picture was held and what its colours mean (ISO/IEC
 * 23008-12, 6.5). Pure functions on bytes of any content; any thread. */
#ifndef PMK_MEDIA_STILL_BOXES_H
#define PMK_MEDIA_STILL_BOXES_H

#include "media/still/facts.h"

/* Set orientation and icc from the properties of the file's primary item, as far as they are told. */
void pmk_still_boxes(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts);

#endif
