/* SPDX-License-Identifier: MIT */
/* The stillness test: whether anything of the picture has changed since the network last ran.
 *
 * The one rule: where it says still, the mask of before is the mask of this frame too: the whole picture is, but for
 * the camera's noise, the one that the network last ran on. So the mask may be given this frame's number. It says so
 * for 100 ms at most, and it compares with what the network saw, not with the frame before, so that slow motion adds
 * up.
 *
 * All three planes, halved until the luma is 240 to 479 px wide, are compared in cells of 4x4 pixels by their mean
 * absolute difference. One cell over the threshold is motion. The threshold follows the noise: 1, and twice the quarter
 * of the cells that differ least, within 2..6 of 255. A camera noisier than that is never still.
 *
 * A look reads the whole picture. Where two in a row have found motion the next four pictures are taken for motion
 * without one, and the one after them is only remembered: while things move, two of six pictures are looked at. One
 * thread. */
#ifndef PMK_SCENE_STILLNESS_H
#define PMK_SCENE_STILLNESS_H

#include "image/frame.h"

struct pmk_stillness {
	struct pmk_layout layout; /* of the pictures */
	int halved; /* times */
	int width[3], height[3], stride[3]; /* px, px, bytes of the small planes */
	uint8_t *now[3], *seen[3]; /* the last look; what the network last ran on */
	uint8_t *half; /* a plane on its way down */
	uint16_t *columns; /* sums of a row of cells, a column each */
	uint64_t now_ns, seen_ns; /* when these were taken */
	bool looked, primed; /* whether there is one */
	int motions, rest; /* looks in a row that found motion; pictures not to be looked at */
};

/* -ENOMEM */
int pmk_stillness_init(struct pmk_stillness *stillness, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_stillness_finish(struct pmk_stillness *stillness); /* a zeroed one is fine too */
void pmk_stillness_reset(
	struct pmk_stillness *stillness); /* a cut, or the mask failed: the next picture is not still */

/* Look at a picture taken at `now_ns`: whether the mask of before stands for it. False for another layout than that of
 * the picture before, and when time has not gone on. Time is the frames' own. */
bool pmk_stillness_test(struct pmk_stillness *stillness, const struct pmk_image *image, uint64_t now_ns)
	__attribute__((warn_unused_result));
void pmk_stillness_saw(struct pmk_stillness *stillness); /* the network has run on the picture looked at last */

#endif
