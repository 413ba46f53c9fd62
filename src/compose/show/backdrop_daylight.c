/* SPDX-License-Identifier: MIT */
/* Daylight: a picture for each part of the day, by the clock of the machine. The clock is looked at again and again, so
 * another time or time zone counts within a second or so. */
#include "compose/show/day.h"
#include "compose/show/pictures.h"
#include "compose/show/show.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct daylight {
	struct pmk_pictures pictures; /* folder "": built-in ones */
	bool begun; /* something is shown */
	int minute; /* of the day that it was chosen for */
	int builtin; /* which; -1: none yet */
};

/* Suited to what pmk_day_start says of the same words. */
static const char *const parts[] = { "morning", "day", "evening", "night" };
static const char *const builtins[] = { "meadow", "office", "dusk", "lamp" };
enum { PARTS = sizeof builtins / sizeof builtins[0] };

static int open_builtin(struct daylight *d, struct pmk_backdrop **next)
{
	const bool without[PARTS] = { false };
	int starts[PARTS], which, err;

	pmk_day_plan(parts, PARTS, starts);
	which = pmk_day_choose(starts, PARTS, without, d->minute);
	if (which == d->builtin)
		return -EALREADY;
	err = pmk_backdrop_builtin_open(builtins[which], d->pictures.fit, &d->pictures.layout, next);
	if (!err)
		d->builtin = which;
	return err;
}

/* The file that is due, or, if it cannot be shown, the one before it. */
static int open_due(struct daylight *d, const struct pmk_folder *list, struct pmk_backdrop **next)
{
	int starts[PMK_FOLDER_MOST], which, err = -ENOENT;
	bool without[PMK_FOLDER_MOST] = { false };

	pmk_day_plan((const char *const *)list->names, list->count, starts);
	while (err && err != -EALREADY) {
		which = pmk_day_choose(starts, list->count, without, d->minute);
		if (which < 0)
			return pmk_pictures_none(&d->pictures, !d->begun, err);
		without[which] = true;
		err = pmk_pictures_open(&d->pictures, list->names[which], next);
	}
	return err;
}

static int open_next(void *plan, struct pmk_backdrop **next)
{
	struct daylight *d = plan;
	struct pmk_folder list = { 0 };
	int minute = pmk_clock_minute_of_day(), err;

	if (d->begun && minute == d->minute)
		return -EALREADY;
	d->minute = minute;
	if (!d->pictures.folder[0]) {
		err = open_builtin(d, next);
	} else {
		err = pmk_folder_read(d->pictures.folder, &list);
		err = err ? pmk_pictures_none(&d->pictures, !d->begun, err) : open_due(d, &list, next);
		pmk_folder_free(&list);
	}
	d->begun |= !err;
	return err;
}

static const struct pmk_show_plan plan_impl = { .open = open_next, .destroy = free };

int pmk_backdrop_daylight_check(const char *rest, char *why, size_t size)
{
	return *rest ? pmk_pictures_check(rest, why, size) : 0;
}

int pmk_backdrop_daylight_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	const struct pmk_show_times times = { .every_ns = PMK_S_NS, .by_clock = true };
	struct daylight *d = calloc(1, sizeof *d);
	int err = d ? pmk_spec_copy(d->pictures.folder, rest) : -ENOMEM;

	if (err) {
		free(d);
		return err;
	}
	d->pictures.fit = fit;
	d->pictures.layout = *layout;
	d->builtin = -1;
	return pmk_show_create(&plan_impl, d, &times, backdrop);
}
