/* SPDX-License-Identifier: MIT */
#include "app/files/film_missing.h"

#include "base/log.h"

static bool is_at_the_end(const struct pmk_film *film)
{
	int64_t hole_ns = film->holes.count ? film->holes.last.to_ns - film->start_ns : 0;
	int64_t last_ns = hole_ns > film->last_ns ? hole_ns : film->last_ns;
	int64_t slack_ns = last_ns / 10 + (int64_t)(5e9 / film->source->fps);

	return film->info.duration_ns && last_ns + slack_ns >= film->info.duration_ns;
}

static uint64_t damaged_of(const struct pmk_film *film)
{
	return film->noticed.damaged - film->before.damaged;
}

/* Whether a film gave about what it says that it holds, if it says so. The rate of many films varies, so that fewer
 * frames than their mean rate promises are no sign of a fault while the last one is at the end, and none was
 * damaged. */
static bool is_whole(const struct pmk_film *film)
{
	unsigned long long done = film->done;

	return film->left || !film->info.frames || done + done / 10 + 5 >= film->total ||
		(is_at_the_end(film) && !damaged_of(film));
}

/* The audio may be longer than the pictures, which is no fault, if the file has one length for both. */
static bool may_have_longer_audio(const struct pmk_film *film)
{
	return !film->info.own_length && film->noticed.faults == film->before.faults;
}

bool pmk_film_is_sound(const struct pmk_film *film)
{
	return film->left ||
		(!damaged_of(film) && !film->holes.count && (is_whole(film) || may_have_longer_audio(film)));
}

void pmk_film_tell_missing(const struct pmk_film *film, const char *in)
{
	unsigned long long damaged = damaged_of(film), done = film->done, expected = film->total;
	bool whole = is_whole(film), sound = pmk_film_is_sound(film);
	enum pmk_log_level level = sound ? PMK_LOG_WARN : PMK_LOG_ERROR;
	enum pmk_cure cure = sound ? PMK_CURE_NONE : PMK_CURE_OTHER_FILE;
	char holes[PMK_HOLES_TEXT];

	if (film->holes.count)
		pmk_log(level, cure, NULL, "%s is damaged%s: %s", in,
			whole || is_at_the_end(film) ? "" : " and cut off", pmk_holes_print(&film->holes, holes));
	else if (!whole)
		pmk_log(level, cure, NULL, "%s gave only %llu of about %llu frames: it seems to be cut off or damaged",
			in, done, expected);
	else if (damaged)
		pmk_log(level, cure, NULL, "%s: %llu damaged frame%s left out", in, damaged,
			damaged == 1 ? " was" : "s were");
}
