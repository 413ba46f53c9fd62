/* SPDX-License-Identifier: MIT */
#include "compose/backdrop.h"

#include "base/parse.h"
#include "draw/builtin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* After a name that ends in ":" comes the text for its opener; the other names stand alone and are short for `rest`.
 * Any other spec is a path. */
static const struct kind {
	const char *name, *rest;
	int (*open)(
		const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop);
} kinds[] = {
	{ "green", "#00b140", pmk_backdrop_colour_open }, /* the usual chroma-key green */
	{ "color:", NULL, pmk_backdrop_colour_open },
	{ "builtin:", NULL, pmk_backdrop_builtin_open },
	{ "blur", "60", pmk_backdrop_blur_open },
	{ "blur:", NULL, pmk_backdrop_blur_open },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

int pmk_fit_parse(const char *text, enum pmk_fit *fit)
{
	static const char *const names[] = { "cover", "contain", "stretch", "tile" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(text, names[i]) == 0) {
			*fit = (enum pmk_fit)i;
			return 0;
		}
	}
	return -EINVAL;
}

static bool stands_alone(const char *spec)
{
	for (int i = 0; i < KINDS; i++) {
		if (kinds[i].rest && strcmp(spec, kinds[i].name) == 0)
			return true;
	}
	return strcmp(spec, "none") == 0;
}

static bool is_builtin(const char *name)
{
	const struct pmk_builtin *list;
	int count;

	list = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return true;
	}
	return false;
}

/* If there is no file of this name, the user may have meant another kind of backdrop and left out its prefix. */
int pmk_backdrop_check(const char *spec, char *why, size_t size)
{
	static const char lack[] = "there is no such file";

	if (strpbrk(spec, "/.:") || stands_alone(spec) || (*spec && access(spec, F_OK) == 0))
		return 0;
	if (!*spec) {
		snprintf(why, size, "which picture or colour? as in builtin:office or library.jpg");
	} else if (spec[0] == '#') {
		snprintf(why, size, "%s; did you mean color:%.20s?", lack, spec);
	} else if (is_builtin(spec)) {
		snprintf(why, size, "%s; did you mean builtin:%s?", lack, spec);
	} else {
		snprintf(why, size, "%s", lack);
		return -ENOENT;
	}
	return -EINVAL;
}

int pmk_backdrop_create(
	const char *spec, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	for (int i = 0; i < KINDS; i++) {
		const char *rest = pmk_parse_after(spec, kinds[i].name);

		if (rest && (!kinds[i].rest || !*rest))
			return kinds[i].open(kinds[i].rest ? kinds[i].rest : rest, fit, layout, backdrop);
	}
	return pmk_backdrop_picture_open(spec, fit, layout, backdrop);
}

void pmk_backdrop_destroy(struct pmk_backdrop *b)
{
	if (b)
		b->impl->destroy(b);
}
