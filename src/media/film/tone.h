/* SPDX-License-Identifier: MIT */
/* Films whose colours an ordinary screen cannot show, as it would show them: HDR (PQ and HLG) and the wide gamuts of
 * BT.2020 and P3 become BT.709 SDR.
 *
 * A code becomes light on a screen (PQ: SMPTE ST 2084; HLG: ITU-R BT.2100-2 for a screen of 1000 cd/m2, with its
 * system gamma of 1.2; SDR: ITU-R BT.1886). The light is expressed in the primaries of BT.709 (ITU-R BT.2087-0); what
 * they cannot give is mixed with grey of the same luminance. Highlights are rolled off by the EETF of ITU-R BT.2390-10
 * (5.4.1), by the largest of the three components, which keeps the hue. Then BT.1886 backwards.
 *
 * Reference white, which becomes 100 % SDR, is 203 cd/m2 (ITU-R BT.2408). A film that was made from SDR in the older
 * way has it at 100 cd/m2 and nothing above; so a film that nowhere exceeds 115 cd/m2, but 50, counts as such.
 *
 * Interpolation between 33 colours an axis costs at most a level or two. A pmk_tone may serve several threads. Errors
 * are returned and not logged. */
#ifndef PMK_MEDIA_FILM_TONE_H
#define PMK_MEDIA_FILM_TONE_H

#include <libavutil/frame.h>
#include <stdbool.h>

/* What the codes of a picture mean. */
struct pmk_tone_kind {
	enum AVColorTransferCharacteristic transfer; /* PQ, HLG, or any other: SDR */
	enum AVColorPrimaries primaries;
};

/* Whether a picture's colours must be converted, and its kind. What is not tagged follows from what is. */
bool pmk_tone_needed(const AVFrame *frame, struct pmk_tone_kind *kind);

bool pmk_tone_is_hdr(const struct pmk_tone_kind *kind);

/* The light of a grey of 0..1 on a screen, cd/m2. */
double pmk_tone_nits(const struct pmk_tone_kind *kind, double grey);

/* Whether a film of that peak has nothing that is brighter than white in the older way. */
bool pmk_tone_is_dark(double peak);

struct pmk_tone;

/* `peak`: the brightest light that the film is known to hold, cd/m2; 0: unknown. It says what is white, and where the
 * roll-off begins. NULL: out of memory. */
struct pmk_tone *pmk_tone_create(const struct pmk_tone_kind *kind, double peak) __attribute__((warn_unused_result));
void pmk_tone_destroy(struct pmk_tone *tone); /* NULL is allowed */

/* Whether pmk_tone_run can read that format: planes Y, Cb and Cr of more than 8 bits. */
bool pmk_tone_takes(enum AVPixelFormat format);

/* Convert a picture, whose matrix and range its frame names, to BT.709 in limited range: to planes of 8 bits, of the
 * same size and the sampling of `format`. */
void pmk_tone_run(const struct pmk_tone *tone, const AVFrame *from, enum AVPixelFormat format, uint8_t *const plane[4],
	const int stride[4]);

#endif
