/* SPDX-License-Identifier: MIT */
/* The parts of the presenter, for presenter*.c only: the person's appearance by seed, sprites, motion, and the office.
 *
 * The figure's unit of length is the head: from the middle of the face to the chin. Each part has its origin where it
 * rotates: head and body in the middle of the face at rest, hand and forearm at the wrist. y grows downwards. One
 * thread. */
#ifndef PMK_DRAW_PRESENTER_PARTS_H
#define PMK_DRAW_PRESENTER_PARTS_H

#include "draw/paint.h"

enum { PMK_MOUTHS = 8, PMK_LIDS = 6 }; /* steps of the mouth from closed to open, of the lids from open to closed */

/* The person's appearance, from a seed. Colours are in linear light (the square of what displays expect). */
struct pmk_appearance {
	uint32_t seed;
	pmk_ink skin, lips, hair, iris, shirt, trim;
	bool long_hair, collar, beard;
	float jaw; /* how much the face narrows downwards */
	float parting; /* side of the hair's parting, about -0.4..0.4 */
	float shoulders; /* half of their width */
};

/* A drawn part in premultiplied RGBA, 4 bytes per pixel. The outermost pixels are transparent. */
struct pmk_sprite {
	int width, height, left, top; /* px; left and top are the position of the first pixel from the origin */
	float scale; /* px per head */
	uint8_t *px;
};

struct pmk_figure {
	struct pmk_appearance appearance;
	struct pmk_sprite back_hair, body, head;
	struct pmk_sprite hand[2], forearm[2]; /* at the picture's left and right */
	/* patches that pmk_figure_face copies into the head */
	struct pmk_sprite mouth[PMK_MOUTHS], lids[PMK_LIDS];
	int mouth_now, lids_now; /* those that are in the head */
};

/* Draw all parts at `scale` px per head. 0 or -ENOMEM; call pmk_figure_finish in either case. */
int pmk_figure_init(struct pmk_figure *figure, uint32_t seed, float scale) __attribute__((warn_unused_result));
void pmk_figure_finish(struct pmk_figure *figure);
/* Copy this mouth and these lids into the head. */
void pmk_figure_face(struct pmk_figure *figure, int mouth, int lids);

/* How a part is drawn: a pixel is `px` heads wide; `side` is -1 at the picture's left, otherwise 1; `mouth` and `lids`
 * are 0 (closed) to 1 (open). */
struct pmk_figure_part {
	const struct pmk_appearance *appearance;
	float px, side, mouth, lids;
};

/* The colour of a part at (x, y), in linear light, premultiplied with the coverage of the pixel. */
typedef pmk_ink pmk_shade(const struct pmk_figure_part *part, float x, float y);

pmk_shade pmk_shade_head, pmk_shade_back_hair, pmk_shade_body, pmk_shade_hand, pmk_shade_forearm;

/* The place of a sprite: its origin in the picture, its rotation, and how far its middle is pushed, which makes a head
 * look around. */
struct pmk_transform {
	float x, y; /* px */
	float angle; /* in cycles, clockwise */
	float push_x, push_y; /* heads */
};

struct pmk_pose {
	struct pmk_transform head, body, hand[2], forearm[2];
	bool raised[2]; /* whether that hand is drawn */
	int mouth, lids;
};

/* The pose at a time, in a picture of width x height px with `head` px per head. */
struct pmk_pose pmk_pose_at(uint32_t seed, double time_s, int width, int height, float head);

/* Columns first..end - 1 of a picture. */
struct pmk_figure_span {
	int first, end;
};

/* A sprite with its transform: which of its pixels belongs to a pixel of the picture. */
struct pmk_warp {
	const struct pmk_sprite *sprite;
	float u, v, u_x, u_y, v_x, v_y; /* sprite px at the picture's origin, and the change per picture px */
	float push_x, push_y, middle_x, middle_y, reach; /* sprite px; reach is 1 / radius^2 */
};

struct pmk_warp pmk_warp_of(const struct pmk_sprite *sprite, const struct pmk_transform *at, float px_a_head);

/* Draw a sprite over row y of the picture, `row`, which has `width` pixels (RGBA). Returns the columns that may have
 * changed. */
struct pmk_figure_span pmk_warp_row(const struct pmk_warp *warp, int y, int width, uint8_t *row);

/* Coefficients from RGB to YUV, in 1/256. */
struct pmk_yuv_shares {
	int yr, yg, yb, y0;
	int ur, ug, ub, vr, vg, vb;
};

struct pmk_yuv_shares pmk_yuv_shares_of(const struct pmk_layout *layout);

/* Convert `count` rows of pixels (RGBA, without gaps; one row, or two that share their chroma) to the image's rows from
 * y on. */
void pmk_rows_to_planes(const struct pmk_yuv_shares *shares, const uint8_t *rows, int y, int count,
	struct pmk_figure_span span, struct pmk_image *image);

/* Copy `count` rows from y on from another image of the same layout. */
void pmk_planes_copy_rows(struct pmk_image *to, const struct pmk_image *from, int y, int count);

static inline uint8_t *pmk_plane_row(const struct pmk_image *image, int plane, int y)
{
	return image->plane[plane] + (size_t)y * (size_t)image->stride[plane];
}

/* Draw the messy office. 0 or -ENOMEM. */
int pmk_office_draw(struct pmk_rgb *rgb, uint32_t seed) __attribute__((warn_unused_result));

/* The linear colour of a lit surface with linear albedo, whose height over the picture falls by (dx, dy). `soft` (0..1)
 * is how far light spreads into the shade, as in skin; `gloss` is the strength of highlights. */
pmk_ink pmk_light_on(pmk_ink albedo, float dx, float dy, float soft, float gloss);

/* `ink` over `below` with coverage `cover`; both are premultiplied and linear. */
static inline pmk_ink pmk_over(pmk_ink below, pmk_ink ink, float cover)
{
	ink[3] = 1;
	return below + (ink - below) * cover;
}

/* The height of a smooth hill on an ellipse; it is 1 in the middle. */
static inline float pmk_hill(float x, float y, float rx, float ry)
{
	float q = 1 - x * x / (rx * rx) - y * y / (ry * ry);

	return q > 0 ? q * q * q : 0;
}

static inline float pmk_edge(float distance, float px)
{
	return pmk_clamp01(0.5f - distance / px);
}

/* Smooth minimum of two distances: shapes merge where the distances differ by less than k. */
static inline float pmk_melt(float a, float b, float k)
{
	float h = pmk_clamp01(0.5f + (b - a) / (2 * k));

	return b + (a - b) * h - k * h * (1 - h);
}

#endif
