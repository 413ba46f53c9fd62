/* SPDX-License-Identifier: MIT */
#include "compose/backdrop.h"

#include "base/log.h"
#include "base/open_file.h"
#include "base/parse.h"
#include "base/words/near.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* After a name that ends in ":" comes the text for its opener; the other names stand alone and are short for `rest`.
 * Any other spec is a path. */
static const struct kind {
	const char *name, *rest;
	int (*check)(const char *rest, char *why, size_t size);
	int (*open)(
		const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop);
	bool fits; /* it is made of files, which are fitted */
} kinds[] = {
	/* the usual chroma-key green */
	{ "green", "#00b140", pmk_backdrop_colour_check, pmk_backdrop_colour_open, false },
	{ "transparent", "#000000", pmk_backdrop_colour_check, pmk_backdrop_transparent_open, false },
	{ "color:", NULL, pmk_backdrop_colour_check, pmk_backdrop_colour_open, false },
	{ "#", NULL, pmk_backdrop_colour_check, pmk_backdrop_colour_open, false },
	{ "builtin:", NULL, pmk_backdrop_builtin_check, pmk_backdrop_builtin_open, false },
	{ "blur", "60", pmk_backdrop_blur_check, pmk_backdrop_blur_open, false },
	{ "blur:", NULL, pmk_backdrop_blur_check, pmk_backdrop_blur_open, false },
	{ "slideshow:", NULL, pmk_backdrop_slideshow_check, pmk_backdrop_slideshow_open, true },
	{ "daylight:", NULL, pmk_backdrop_daylight_check, pmk_backdrop_daylight_open, true },
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

/* The kind that the spec names, and the text for its functions; NULL: the spec is a path. */
static const struct kind *find_kind(const char *spec, const char **rest)
{
	for (int i = 0; i < KINDS; i++) {
		const char *after = pmk_parse_after(spec, kinds[i].name);

		if (!after || (kinds[i].rest && *after))
			continue;
		*rest = kinds[i].rest ? kinds[i].rest : after;
		return &kinds[i];
	}
	return NULL;
}

/* What a word that is no path may have meant: a kind, or a name whose kind was left out. */
static void ask_near(const char *spec, char ask[PMK_NEAR_ASK])
{
	static const char *const forms[] = { "green", "transparent", "none", "color:COLOUR", "builtin:NAME",
		"blur[:0..100]", "slideshow:FOLDER", "daylight:" };
	size_t word = strcspn(spec, ":");
	struct pmk_near near = pmk_near_to(strcspn(spec, "/.") < word ? "" : spec);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		pmk_near_try(&near, "", forms[i]);
	pmk_backdrop_try_builtins(&near);
	pmk_backdrop_try_colours(&near);
	pmk_near_ask(&near, ask);
}

/* If there is no file of this name, the user may have meant another kind of backdrop. */
static int guess(const char *spec, const char *missing, char *why, size_t size)
{
	char ask[PMK_NEAR_ASK];
	uint8_t rgb[3];

	if (strcmp(spec, "-") == 0) {
		snprintf(why, size, "a backdrop cannot come through a pipe; give the path of a picture or a video");
		return -EINVAL;
	}
	ask_near(spec, ask);
	if (pmk_parse_colour(spec, rgb) == 0)
		snprintf(ask, sizeof ask, "; did you mean color:%s?", spec);
	snprintf(why, size, "%s%s", missing, ask);
	return *ask ? -EINVAL : -ENOENT;
}

int pmk_backdrop_check(const char *spec, char *why, size_t size)
{
	const char *rest;
	const struct kind *kind = find_kind(spec, &rest);
	const char *missing;
	struct stat st;

	if (kind)
		return kind->check(rest, why, size);
	if (!*spec) {
		snprintf(why, size, "which picture or colour? as in builtin:office or library.jpg");
		return -EINVAL;
	}
	if (strcmp(spec, "none") == 0)
		return 0;
	if (stat(spec, &st) == 0 && S_ISDIR(st.st_mode)) {
		pmk_phrase(why, size, "a folder; did you mean slideshow:%s?", pmk_short(spec, 100).text);
		return -EINVAL;
	}
	missing = pmk_open_file_missing(spec);
	return missing ? guess(spec, missing, why, size) : 0;
}

int pmk_backdrop_create(
	const char *spec, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	const char *rest;
	const struct kind *kind = find_kind(spec, &rest);
	char why[300];

	if (!kind)
		return pmk_backdrop_picture_open(spec, fit, layout, backdrop);
	if (!kind->check(rest, why, sizeof why))
		return kind->open(rest, fit, layout, backdrop);
	pmk_error("backdrop \"%s\": %s", spec, why);
	return -EINVAL;
}

bool pmk_backdrop_shows_room(const char *spec)
{
	const char *rest;
	const struct kind *kind = find_kind(spec, &rest);

	return strcmp(spec, "none") == 0 ||
		(kind && kind->check == pmk_backdrop_blur_check && pmk_backdrop_blur_shows_room(rest));
}

bool pmk_backdrop_folder(const char *spec, char folder[PMK_SPEC])
{
	const char *rest;
	const struct kind *kind = find_kind(spec, &rest);

	if (kind && kind->check == pmk_backdrop_slideshow_check)
		pmk_backdrop_slideshow_folder(rest, folder);
	else if (kind && kind->check == pmk_backdrop_daylight_check)
		snprintf(folder, PMK_SPEC, "%s", rest);
	else
		return false;
	return *folder != '\0';
}

bool pmk_backdrop_fits(const char *spec)
{
	const char *rest;
	const struct kind *kind = find_kind(spec, &rest);

	return kind ? kind->fits : strcmp(spec, "none") != 0;
}

void pmk_backdrop_destroy(struct pmk_backdrop *b)
{
	if (b)
		b->impl->destroy(b);
}

void pmk_backdrop_set_fade(struct pmk_backdrop *b, int ms)
{
	if (b->impl->set_fade)
		b->impl->set_fade(b, ms);
}
