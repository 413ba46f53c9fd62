/* SPDX-License-Identifier: MIT */
/* The inside of hands.c, for steady.c, which spreads its looks over several pictures. */
#ifndef PMK_FIND_HANDS_HANDS_PARTS_H
#define PMK_FIND_HANDS_HANDS_PARTS_H

#include "find/hands/hands.h"

/* The square of look i around a doubt, px of the picture. */
struct pmk_box pmk_hands_square(const struct pmk_view *view, const struct pmk_doubt *doubt, int i);

/* Take look i of the squares around doubt k. */
int pmk_hands_look(struct pmk_hands *hands, const struct pmk_view *view, const struct pmk_hands_eye *eye,
	const struct pmk_doubt *doubt, int k, int i);

/* Make of all looks at so many doubts what pmk_hands_study makes of them. */
void pmk_hands_decide(struct pmk_hands *hands, struct pmk_study *study, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, const struct pmk_rect *seen, float *probability, int doubts);

#endif
