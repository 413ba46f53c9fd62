/* SPDX-License-Identifier: MIT */
/* Framing: shows the part of the frame in which the people are, scaled to the size of the shown picture. Three steps:
 * subject.h finds the people in the mask, framer.h decides on the part, crop.h cuts it out.
 *
 * The network, the mask and all that looks at them see the whole frame, which stands still; what is composed is cut out
 * after them. So the backdrop stands still as well; a blurred room moves with the room. One thread. */
#ifndef PMK_FRAMING_FRAMING_H
#define PMK_FRAMING_FRAMING_H

#include "framing/framer.h"

struct pmk_framing;

/* For frames and shown pictures of these layouts; the mode is OFF. Errors as pmk_crop_create. */
int pmk_framing_create(const struct pmk_layout *frames, const struct pmk_layout *pictures, struct pmk_framing **framing)
	__attribute__((warn_unused_result));
void pmk_framing_destroy(struct pmk_framing *framing); /* NULL is allowed */

/* What framer.h says about these. */
void pmk_framing_set_mode(struct pmk_framing *framing, enum pmk_framing_mode mode);
void pmk_framing_begin_whole(struct pmk_framing *framing);
void pmk_framing_forget(struct pmk_framing *framing);

/* What of the frame of time now_ns, and of its mask, is shown. Without a mask (NULL), all of the frame. Results and
 * errors as pmk_crop_run. */
int pmk_framing_run(struct pmk_framing *framing, const struct pmk_frame *frame, const struct pmk_mask *mask,
	uint64_t now_ns, const struct pmk_frame **cut_frame, const struct pmk_mask **cut_mask)
	__attribute__((warn_unused_result));

struct pmk_box pmk_framing_crop(const struct pmk_framing *framing); /* of the last run, in px of the frame */

#endif
