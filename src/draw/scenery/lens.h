/* SPDX-License-Identifier: MIT */
/* The camera in front of our scenery: what turns a drawing into something that looks taken. A canvas is painted in
 * linear light, 1 being white paper and lamps far more; a lens out of focus spreads each point over a disc; then it is
 * developed, as film or a sensor's software does, and only then has the values that displays expect.
 *
 * The one rule is paint.h's: the same pixels on every machine.
 *
 * Layers at other distances are canvases of their own that begin empty (opacity 0), are blurred by their own radius and
 * laid over what is behind. Lengths are those of paint.h. One thread. */
#ifndef PMK_DRAW_SCENERY_LENS_H
#define PMK_DRAW_SCENERY_LENS_H

#include "draw/paint.h"

pmk_ink pmk_lens_ink(uint32_t rgb); /* 0xrrggbb of a display, in linear light */
/* From display values to linear light. What is almost white becomes `lamps` times as bright, as it surely was. */
void pmk_lens_expose(struct pmk_canvas *canvas, float lamps);

/* Spread each point over a disc, whose radius is at most 0.12. Light over 30 counts as 30. 0 or -ENOMEM. */
int pmk_lens_blur(struct pmk_canvas *canvas, float radius) __attribute__((warn_unused_result));
void pmk_lens_over(struct pmk_canvas *canvas, const struct pmk_canvas *layer); /* of the same size */

/* Darken the corners by `vignette` (0..1), compress what is bright as film does, and encode for displays. */
void pmk_lens_develop(struct pmk_canvas *canvas, float exposure, float vignette);

/* Enlarge to 8 bits with a camera's grain of `grain` levels, which also hides bands. 0 or -ENOMEM. */
int pmk_lens_print(const struct pmk_canvas *canvas, float grain, struct pmk_rgb *rgb)
	__attribute__((warn_unused_result));

#endif
