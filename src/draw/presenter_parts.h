/* SPDX-License-Identifier: MIT */
/* The parts of the drawn presenter, for presenter*.c only: the looks that a seed gives, sprites, and the office.
 *
 * The figure's own unit of length is `head`: from the middle of the face to the chin. In it, each part has its origin
 * where it turns: the head and body in the middle of the face at rest, hand and forearm at the wrist. y grows
 * downwards. */
#ifndef PMK_DRAW_PRESENTER_PARTS_H
#define PMK_DRAW_PRESENTER_PARTS_H

#include "draw/paint.h"

enum { PMK_MOUTHS = 8, PMK_LIDS = 6 }; /* steps from closed to open, and from open to closed */

/* Colours are in linear light (the square of what displays take). */
struct pmk_looks {
	uint32_t seed;
	pmk_ink skin, lips, hair, iris, shirt, trim;
	bool long_hair, collar, beard;
	float jaw; /* how much the face narrows downwards */
	float parting; /* side of the hair's parting, about -0.4..0.4 */
	float shoulders; /* half their width */
};

/* A drawn part: premultiplied RGBA, 4 bytes a pixel. The outermost pixels are transparent. */
struct pmk_sprite {
	int width, height, left, top; /* px; left and top are where the first pixel lies from the origin */
	float scale; /* px a head */
	uint8_t *px;
};

struct pmk_figure {
	struct pmk_looks looks;
	struct pmk_sprite back_hair, body, head;
	struct pmk_sprite hand[2], forearm[2]; /* at the picture's left and right */
	/* patches to be copied into the head: see pmk_figure_face */
	struct pmk_sprite mouth[PMK_MOUTHS], lids[PMK_LIDS];
	int mouth_now, lids_now; /* which are in the head */
};

/* Draw all parts at `scale` px a head. -ENOMEM; the figure is then to be finished, too. */
int pmk_figure_init(struct pmk_figure *figure, uint32_t seed, float scale) __attribute__((warn_unused_result));
void pmk_figure_finish(struct pmk_figure *figure);
/* put this mouth and these lids into the head */
void pmk_figure_face(struct pmk_figure *figure, int mouth, int lids);

/* What is drawn of a part, and how: a pixel is `px` wide; side is -1 at the picture's left, else 1;
 * mouth and lids are 0 closed .. 1 open. */
struct pmk_figure_part {
	const struct pmk_looks *looks;
	float px, side, mouth, lids;
};

/* One pixel: its colour in linear light, premultiplied with its cover. */
typedef pmk_ink pmk_shade(const struct pmk_figure_part *part, float x, float y);

pmk_shade pmk_shade_head, pmk_shade_back_hair, pmk_shade_body, pmk_shade_hand, pmk_shade_forearm;

/* Where a sprite goes: its origin in the picture, its turn, and how far its middle is pushed, by which a head looks
 * about. */
struct pmk_transform {
	float x, y; /* px */
	float turn; /* of a whole turn, clockwise */
	float push_x, push_y; /* heads */
};

struct pmk_pose {
	struct pmk_transform head, body, hand[2], forearm[2];
	bool raised[2]; /* whether that hand is to be drawn at all */
	int mouth, lids;
};

/* How the presenter holds itself at a time, in a picture of that size with `head` px a head. */
struct pmk_pose pmk_pose_at(uint32_t seed, double time_s, int width, int height, float head);

/* Columns of a picture: from the first to before `end`. */
struct pmk_figure_span {
	int first, end;
};

/* A sprite on its way into the picture: where in it each picture pixel is found. */
struct pmk_warp {
	const struct pmk_sprite *sprite;
	float u, v, u_x, u_y, v_x, v_y; /* sprite px at the picture's origin, and their change a picture px */
	float push_x, push_y, middle_x, middle_y, reach; /* sprite px; reach is 1 / radius^2 */
};

struct pmk_warp pmk_warp_of(const struct pmk_sprite *sprite, const struct pmk_transform *at, float px_a_head);

/* Lay row y of a sprite over the `width` pixels (RGBA) of `row`; gives what was touched. */
struct pmk_figure_span pmk_warp_row(const struct pmk_warp *warp, int y, int width, uint8_t *row);

/* RGB to YUV in 256ths. */
struct pmk_yuv_shares {
	int yr, yg, yb, y0;
	int ur, ug, ub, vr, vg, vb;
};

struct pmk_yuv_shares pmk_yuv_shares_of(const struct pmk_layout *layout);

/* `count` rows of pixels (RGBA, tight; one row, or two that share their chroma) to the image's rows from y on. */
void pmk_rows_to_planes(const struct pmk_yuv_shares *shares, const uint8_t *rows, int y, int count,
	struct pmk_figure_span span, struct pmk_image *image);

/* As many rows of another image of the same layout. */
void pmk_planes_copy_rows(struct pmk_image *to, const struct pmk_image *from, int y, int count);

static inline uint8_t *pmk_plane_row(const struct pmk_image *image, int plane, int y)
{
	return image->plane[plane] + (size_t)y * (size_t)image->stride[plane];
}

/* The messy room behind. -ENOMEM. */
int pmk_office_draw(struct pmk_rgb *rgb, uint32_t seed) __attribute__((warn_unused_result));

/* Light on a surface whose height over the picture falls by (dx, dy): linear albedo to linear colour. `soft` is how far
 * light creeps round into the shade, as it does in skin (0..1); `gloss` the strength of highlights. */
pmk_ink pmk_light_on(pmk_ink albedo, float dx, float dy, float soft, float gloss);

/* `ink` over `below` with that cover; both premultiplied, linear. */
static inline pmk_ink pmk_over(pmk_ink below, pmk_ink ink, float cover)
{
	ink[3] = 1;
	return below + (ink - below) * cover;
}

/* A smooth hill of height 1 on an ellipse. */
static inline float pmk_hill(float x, float y, float rx, float ry)
{
	float q = 1 - x * x / (rx * rx) - y * y / (ry * ry);

	return q > 0 ? q * q * q : 0;
}

static inline float pmk_edge(float distance, float px)
{
	return pmk_clamp01(0.5f - distance / px);
}

/* Smooth minimum of two distances: shapes melt into one another within k. */
static inline float pmk_melt(float a, float b, float k)
{
	float h = pmk_clamp01(0.5f + (b - a) / (2 * k));

	return b + (a - b) * h - k * h * (1 - h);
}

#endif
