/* SPDX-License-Identifier: MIT */
/* Words for people in a place of limited size: what does not fit is cut, and ends in "..." so that it is seen. No
 * character of several bytes is cut in the middle. Any thread. */
#ifndef PMK_BASE_WORDS_PHRASE_H
#define PMK_BASE_WORDS_PHRASE_H

#include <stddef.h>

void pmk_phrase(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A name within a longer message, which must not be lost behind it; at most PMK_SHORT bytes of it are kept.
 *
 *	pmk_error("there is no group \"%s\"; only this program's own user can control it", pmk_short(name, 60).text); */
enum { PMK_SHORT = 200 };
struct pmk_short {
	char text[PMK_SHORT + 4];
};
struct pmk_short pmk_short(const char *name, size_t most);

/* For what has been printed to `text` by other means, and did not fit into it: cut the end. */
void pmk_phrase_end(char *text, size_t size);

#endif
