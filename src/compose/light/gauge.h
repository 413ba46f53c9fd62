/* SPDX-License-Identifier: MIT */
/* Gauge: judges from one frame in what light the person is, and what would bring it to ordinary light.
 *
 * Exposure: a picture in ordinary light is taken to have become v^g, as a dark room, a camera's curve and a low gain
 * make of it, roughly. Two things of the skin tell g: how bright its lighter parts are (the upper quartile), and how
 * much red exceeds green in it (ln R/G of encoded values, which grows with g and hardly differs between skins, dark or
 * light). The brightest of the whole person tells, too: dark skin and dark clothes in good light have highlights. So g
 * is a logistic function of the three, from 1 (good light) to PMK_GAUGE_MOST; its weights were chosen with 116 photos
 * of people, each at five gammas and three gains with noise, also with their skin made dark. A picture is only raised,
 * and no further than until the skin's upper quartile is that of light skin.
 *
 * White balance: light as of lamps, from daylight towards the warm end of Planck's locus: it lacks blue, and has up to
 * 0.63 times as much too much red (illuminant A against D65 in sRGB, in logarithms). Its measure is by how much the
 * skin is yellower than skin is (ln G/B over 0.2), but never more than the tint of the least tinted tenth of the
 * brightest quarter of the person, since a lamp tints everything. So nothing is made bluer than it would be in white
 * light.
 *
 * Skin is what has about the hue of skin in the upper part of the person. If there is none, the person's luma alone
 * counts, and the colours stay.
 *
 * The one rule: only places that are wholly the person's count; the room has no influence. One thread. */
#ifndef PMK_COMPOSE_LIGHT_GAUGE_H
#define PMK_COMPOSE_LIGHT_GAUGE_H

#include "image/frame.h"

static const double PMK_GAUGE_MOST = 2.3;

/* The changes that would bring the person to ordinary light; all 0: none. */
struct pmk_lighting {
	double tone; /* logarithm of the exponent of curve.h */
	double chroma; /* 0: colours grow as luma does; 1: as the slope of the curve (curve.h) */
	double blue, red; /* logarithms: how much blue to add, how much red to take away, in the result */
};

struct pmk_gauge;

/* For frames of this size. -ENOMEM. */
int pmk_gauge_create(const struct pmk_layout *layout, struct pmk_gauge **gauge) __attribute__((warn_unused_result));
void pmk_gauge_destroy(struct pmk_gauge *gauge); /* NULL is fine */

/* Judge a frame. `strength` is 0..1. False: there is too little of a person to tell. */
bool pmk_gauge_read(struct pmk_gauge *gauge, const struct pmk_image *frame, const struct pmk_mask *mask,
	double strength, struct pmk_lighting *want);

/* The spread of the noise on the person's luma in the frame that was read last, in levels of the frame. */
double pmk_gauge_noise(const struct pmk_gauge *gauge);

#endif
