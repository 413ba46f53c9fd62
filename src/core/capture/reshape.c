/* SPDX-License-Identifier: MIT */
#include "core/capture/reshape.h"

#include "image/colour.h"
#include "image/convert.h"

#include <errno.h>

enum { COPIES = 5 }; /* two in the making, one in the slot, one with the scene, one spare */
enum { BLOCK = 16 }; /* px */

int pmk_reshape_init(struct pmk_reshape *r, const struct pmk_layout *layout, bool mirror, bool flip)
{
	struct pmk_frame_pool *pool = pmk_frame_pool_create(COPIES);

	if (!pool)
		return -ENOMEM;
	*r = (struct pmk_reshape){ .layout = *layout, .mirror = mirror, .flip = flip, .pool = pool };
	return 0;
}

void pmk_reshape_finish(struct pmk_reshape *r)
{
	pmk_frame_pool_destroy(r->pool);
}

/* A copy of the frame in another layout, or mirrored or flipped; takes over the frame. NULL: no copy is free. */
static struct pmk_frame *copy(
	struct pmk_reshape *r, struct pmk_frame *frame, const struct pmk_layout *layout, bool mirror, bool flip)
{
	struct pmk_frame *made = pmk_frame_pool_take(r->pool, layout);

	if (made && pmk_layout_equal(&frame->image.layout, layout)) {
		pmk_convert_orient(&frame->image, &made->image, mirror, flip);
	} else if (made && pmk_convert_scale_middle(&frame->image, &made->image)) {
		pmk_frame_unref(made);
		made = NULL;
	}
	if (made)
		pmk_frame_copy_moment(made, frame);
	if (made && !pmk_layout_equal(&frame->image.layout, layout))
		made->bar_x = made->bar_y = 0; /* they are cropped, or lie elsewhere */
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
	struct pmk_layout to = r->layout;

	to.range = frame->image.layout.range; /* the composer accepts both ranges */
	to.matrix = frame->image.layout.matrix;
	if (is_padded(&frame->image.layout, &to))
		pmk_frame_cut(frame, to.width, to.height);
	if (!pmk_layout_equal(&frame->image.layout, &to))
		frame = copy(r, frame, &to, false, false);
	if (frame && (r->mirror || r->flip))
		frame = copy(r, frame, &to, r->mirror, r->flip);
	if (frame)
		pmk_colour_to_matrix(&frame->image, r->layout.matrix);
	return frame;
}
