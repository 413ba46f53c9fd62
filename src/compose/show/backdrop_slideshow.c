/* SPDX-License-Identifier: MIT */
/* The slideshow: the pictures of a folder, one after another. The folder is read again for each, so files that come and
 * go are seen. */
#include "compose/show/pictures.h"
#include "compose/show/show.h"

#include "base/clock.h"
#include "base/num.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double NORMAL_S = 60, MOST_S = 24 * 3600;
static const uint64_t AHEAD_NS = 5 * PMK_S_NS;

struct slideshow {
	struct pmk_pictures pictures;
	char name[NAME_MAX + 1]; /* of the present file; "": none was shown yet */
};

/* The next file that can be shown, at most once around. */
static int open_next(void *plan, struct pmk_backdrop **next)
{
	struct slideshow *s = plan;
	struct pmk_folder list = { 0 };
	int err = pmk_folder_read(s->pictures.folder, &list), start = pmk_folder_after(&list, s->name),
	    opened = -ENOENT;

	for (int i = 0; !err && i < list.count && opened && opened != -EALREADY; i++) {
		const char *name = list.names[(start + i) % list.count];

		opened = pmk_pictures_open(&s->pictures, name, next);
		if (!opened)
			snprintf(s->name, sizeof s->name, "%s", name);
	}
	pmk_folder_free(&list);
	if (opened && opened != -EALREADY)
		return pmk_pictures_none(&s->pictures, !s->name[0], opened);
	return opened;
}

static const struct pmk_show_plan plan_impl = { .open = open_next, .destroy = free };

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A number after the last colon is the seconds, unless only a folder of the whole name exists. */
static void split(const char *rest, char folder[PMK_SPEC], double *seconds)
{
	const char *colon = strrchr(rest, ':');

	*seconds = NORMAL_S;
	snprintf(folder, PMK_SPEC, "%s", rest);
	if (!colon || pmk_parse_double(colon + 1, -1e9, 1e9, seconds))
		return;
	folder[colon - rest] = '\0';
	if (!is_folder(folder) && is_folder(rest)) {
		*seconds = NORMAL_S;
		folder[colon - rest] = ':';
	}
}

void pmk_backdrop_slideshow_folder(const char *rest, char folder[PMK_SPEC])
{
	double seconds;

	split(rest, folder, &seconds);
}

int pmk_backdrop_slideshow_check(const char *rest, char *why, size_t size)
{
	char folder[PMK_SPEC];
	double seconds;

	split(rest, folder, &seconds);
	if (!folder[0]) {
		snprintf(why, size, "of which folder? as in slideshow:Pictures:60");
		return -EINVAL;
	}
	if (seconds < 1 || seconds > MOST_S) {
		snprintf(why, size, "a picture stands for 1 to %.0f seconds, as in slideshow:Pictures:60", MOST_S);
		return -EINVAL;
	}
	return pmk_pictures_check(folder, why, size);
}

int pmk_backdrop_slideshow_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct slideshow *s = calloc(1, sizeof *s);
	struct pmk_show_times times;
	double seconds;

	if (!s)
		return -ENOMEM;
	split(rest, s->pictures.folder, &seconds);
	s->pictures.fit = fit;
	s->pictures.layout = *layout;
	times = (struct pmk_show_times){ .every_ns = (uint64_t)(seconds * 1e9) };
	times.ahead_ns = pmk_min_u64(AHEAD_NS, times.every_ns / 2);
	return pmk_show_create(&plan_impl, s, &times, backdrop);
}
