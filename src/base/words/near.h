/* SPDX-License-Identifier: MIT */
/* Which name a mistyped word may have meant: the nearest of those that are tried, if any is near enough.
 *
 *	struct pmk_near near = pmk_near_to("presentr:7");
 *	for (int i = 0; i < count; i++)
 *		pmk_near_try(&near, "", names[i]);
 *	pmk_near_ask(&near, ask);
 *	pmk_error("there is no camera \"%s\"%s", "presentr:7", ask);
 *
 * A name may be written as help writes it: "file:PATH", "presenter[:SEED]". What is compared ends before the first ":",
 * "=" or "[" on both sides; upper and lower case are the same. Any thread. */
#ifndef PMK_BASE_WORDS_NEAR_H
#define PMK_BASE_WORDS_NEAR_H

#include <stdbool.h>
#include <stddef.h>

enum { PMK_NEAR_ASK = 100 };

struct pmk_near {
	const char *word; /* what was typed */
	size_t length; /* bytes of it that are compared */
	const char *before, *name; /* the nearest name, and what stands before it; NULL: none is near */
	size_t far; /* of that name; a nearer one replaces it */
};

struct pmk_near pmk_near_to(const char *word); /* which is not copied */

/* `before` is what has to be typed before the name, such as "--". Neither text is copied. */
void pmk_near_try(struct pmk_near *near, const char *before, const char *name);

/* "; did you mean --smooth?", with what the word has behind a ":" if the name takes that; "": no name is near. What
 * does not fit is cut, which "..." tells. */
void pmk_near_ask(const struct pmk_near *near, char ask[PMK_NEAR_ASK]);

#endif
