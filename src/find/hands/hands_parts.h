/* SPDX-License-Identifier: MIT */
/* The inside of hands.c, for steady.c, which spreads its looks over several pictures. */
#ifndef PMK_FIND_HANDS_HANDS_PARTS_H
#define PMK_FIND_HANDS_HANDS_PARTS_H

#include "find/hands/hands.h"

/* The side of the larger square, of the people's height. */
double pmk_hands_square(void);

/* Take look i of the squares around doubt k. */
int pmk_hands_look(struct pmk_hands *hands, const struct pmk_view *view, const struct pmk_hands_eye *eye,
	const struct pmk_doubt *doubt, int k, int i);

/* Judge the looks k, and leave what was seen, joined with them, in hands->after. */
void pmk_hands_judge(struct pmk_hands *hands, struct pmk_study *study, const struct pmk_view *view,
	const struct pmk_rect *seen, const float *probability, int k);

#endif
