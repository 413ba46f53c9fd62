/* SPDX-License-Identifier: MIT */
/* The stillness test: whether anything of the picture has changed since the network last ran.
 *
 * The one rule: if a picture is still, the last mask is valid for it, too: except for the camera's noise, the whole
 * picture is the one that the network last ran on. So the mask may be given this frame's number. Pictures are still for
 * 100 ms at most. They are compared with the picture that the network last ran on, not with the previous frame, so that
 * slow motion adds up.
 *
 * All three planes, halved until the luma is 240 to 479 px wide, are compared in blocks of 4x4 pixels by their mean
 * absolute difference. One block over the threshold is motion. The threshold follows the noise: it is 1 plus twice the
 * lower quartile of the differences, limited to 2..6 of 255. A camera noisier than that is never still.
 *
 * Comparing reads the whole picture. Once two comparisons in a row have found motion, the next four pictures count as
 * motion without being read, and the one after them is only remembered: while things move, two of six pictures are
 * read. One thread. */
#ifndef PMK_SCENE_STILLNESS_H
#define PMK_SCENE_STILLNESS_H

#include "image/frame.h"

struct pmk_stillness {
	struct pmk_layout layout; /* of the pictures */
	int halved; /* how many times */
	int width[3], height[3], stride[3]; /* of the small planes: px, px, bytes */
	uint8_t *now[3], *seen[3]; /* the last picture that was read; the one that the network last ran on */
	uint8_t *half; /* a plane while it is being halved */
	uint16_t *columns; /* sums of a row of blocks, one for each column */
	uint64_t now_ns, seen_ns; /* when these were taken */
	bool looked, primed; /* whether `now` and `seen` are set */
	int motions, rest; /* comparisons in a row that found motion; pictures to leave unread */
};

/* -ENOMEM */
int pmk_stillness_init(struct pmk_stillness *stillness, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_stillness_finish(struct pmk_stillness *stillness); /* a zeroed one is fine too */
void pmk_stillness_reset(
	struct pmk_stillness *stillness); /* after a cut or a failed mask: the next picture is not still */

/* Whether the last mask is valid for this picture, which was taken at `now_ns`. False if its layout differs from the
 * previous picture's, or if time has not advanced. Time is the frames' own. */
bool pmk_stillness_test(struct pmk_stillness *stillness, const struct pmk_image *image, uint64_t now_ns)
	__attribute__((warn_unused_result));
void pmk_stillness_saw(struct pmk_stillness *stillness); /* the network has run on the picture that was read last */

#endif
