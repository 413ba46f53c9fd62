/* SPDX-License-Identifier: MIT */
#include "core/capture/reshape.h"

#include "image/colour.h"
#include "image/convert.h"

#include <errno.h>

enum { COPIES = 6 }; /* two in the making, one in the slot, two with the scene, one spare */
enum { BLOCK = 16 }; /* px */

int pmk_reshape_init(struct pmk_reshape *r, const struct pmk_layout *layout, int quarters, bool mirror, bool flip)
{
	*r = (struct pmk_reshape){ .layout = *layout, .quarters = quarters, .mirror = mirror, .flip = flip };
	r->fitted = pmk_frame_pool_create(COPIES);
	r->oriented = pmk_frame_pool_create(COPIES);
	if (r->fitted && r->oriented)
		return 0;
	pmk_reshape_finish(r);
	return -ENOMEM;
}

void pmk_reshape_finish(struct pmk_reshape *r)
{
	pmk_frame_pool_destroy(r->fitted);
	pmk_frame_pool_destroy(r->oriented);
	r->fitted = r->oriented = NULL;
}

/* A copy of the frame in another layout; takes over the frame. NULL: no copy is free. */
static struct pmk_frame *fit(struct pmk_reshape *r, struct pmk_frame *frame, const struct pmk_layout *layout)
{
	struct pmk_frame *made = pmk_frame_pool_take(r->fitted, layout);

	if (made && pmk_convert_scale_middle(&frame->image, &made->image)) {
		pmk_frame_unref(made);
		made = NULL;
	}
	if (made) {
		pmk_frame_copy_moment(made, frame);
		made->bar_x = made->bar_y = 0; /* they are cropped, or lie elsewhere */
	}
	pmk_frame_unref(frame);
	return made;
}

/* Whether what is too much may be padding to whole blocks. */
static bool is_padded(const struct pmk_layout *from, const struct pmk_layout *to)
{
	return from->width >= to->width && from->width < to->width + BLOCK && from->height >= to->height &&
		from->height < to->height + BLOCK;
}

struct pmk_frame *pmk_reshape_frame(struct pmk_reshape *r, struct pmk_frame *frame)
{
	struct pmk_layout to = r->layout, unturned;

	to.range = frame->image.layout.range; /* the composer accepts both ranges */
	to.matrix = frame->image.layout.matrix;
	unturned = pmk_convert_turned(&to, r->quarters);
	if (is_padded(&frame->image.layout, &unturned))
		pmk_frame_cut(frame, unturned.width, unturned.height);
	if (!pmk_layout_equal(&frame->image.layout, &unturned))
		frame = fit(r, frame, &unturned);
	if (frame)
		frame = pmk_convert_orient_frame(frame, r->oriented, &to, r->quarters, r->mirror, r->flip);
	if (frame)
		pmk_colour_to_matrix(&frame->image, r->layout.matrix);
	return frame;
}
