/* SPDX-License-Identifier: MIT */
#include "app/files/film.h"

#include "app/commands.h"
#include "app/files/film_missing.h"
#include "app/files/wrong_name.h"
#include "app/signals.h"
#include "app/unused.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "image/convert.h"
#include "io/stream/stream.h"
#include "io/stream/stream_pipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_COUNT = 2, TURNED_COUNT = 2, BAR = 30, PIPE_MS = 200 };

static int open_source(struct pmk_film *film, const char *in)
{
	struct pmk_source_wish wish = film->settings->wish;
	char spec[4200];
	bool drawn = pmk_parse_kind(in, "presenter") && access(in, F_OK) != 0;
	struct pmk_media *media;
	int err;

	wish.unpaced = true;
	wish.contain = film->settings->scene.fit == PMK_FIT_CONTAIN;
	wish.larger = film->larger;
	film->piped = pmk_pipe_is_input(in);
	if (film->piped)
		return pmk_source_stream_open(in, &wish, &film->source);
	if (!drawn) {
		if (pmk_wrong_name_in(in))
			return -ENOENT;
		err = pmk_media_open(in, &media); /* only to count the frames; the source opens the file itself */
		if (err)
			return err;
		film->info = *pmk_media_info(media);
		pmk_media_close(media);
	}
	if (snprintf(spec, sizeof spec, "%s%s", drawn ? "" : "file:", in) >= (int)sizeof spec)
		return -ENAMETOOLONG;
	return pmk_source_open(spec, &wish, &film->source);
}

static uint64_t least_known(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* How many frames there will be; 0: unknown. */
static uint64_t total_of(const struct pmk_film *film)
{
	int64_t length_ns = film->end_ns ? film->end_ns - film->start_ns : 0;
	uint64_t by_time = (uint64_t)((double)length_ns / 1e9 * film->source->fps);

	return least_known(least_known((uint64_t)film->info.frames, film->limit), by_time);
}

/* --- the part between --from and --to --- */

static bool parse_time(const char *name, const char *text, int64_t *ns)
{
	if (!*text || pmk_parse_time(text, ns) == 0)
		return true;
	pmk_error("--%s \"%s\": give a time as in 90, 1:30 or 0:01:30.5", name, text);
	return false;
}

static enum pmk_exit choose_part(struct pmk_film *film, const struct pmk_settings *s)
{
	int64_t limit_ns = (int64_t)(s->duration * 1e9);

	if (!parse_time("from", s->from, &film->start_ns) || !parse_time("to", s->to, &film->end_ns))
		return PMK_EXIT_USAGE;
	if (*s->to && film->end_ns <= film->start_ns) {
		pmk_error("--to \"%s\" is not after --from \"%s\"", s->to, *s->from ? s->from : "0");
		return PMK_EXIT_USAGE;
	}
	film->asked_ns = film->start_ns;
	if (limit_ns && (!film->end_ns || film->start_ns + limit_ns < film->end_ns))
		film->end_ns = film->start_ns + limit_ns;
	return PMK_EXIT_OK;
}

/* Note what is in the part of the holes that the last frame came after. */
static void note_holes(struct pmk_film *film)
{
	int64_t asked_ns = film->asked_ns, end_ns = film->end_ns ? film->end_ns : INT64_MAX;
	const struct pmk_hole *hole;

	while ((hole = pmk_holes_next(&film->source->holes, &film->holes_seen)))
		pmk_holes_add(&film->holes, hole->from_ns > asked_ns ? hole->from_ns : asked_ns,
			hole->to_ns < end_ns ? hole->to_ns : end_ns);
}

static struct pmk_film_faults faults_of(const struct pmk_source *source)
{
	return (struct pmk_film_faults){ source->damaged, source->holes.faults };
}

/* 0; -ECANCELED: a signal came; -ENODATA: the end; or another errno. */
static int read_frame(struct pmk_film *film, struct pmk_frame **frame)
{
	uint64_t patience_ns = film->piped ? PIPE_MS * PMK_MS_NS : 60 * PMK_S_NS;
	int err;

	do {
		if (pmk_signals_came())
			return -ECANCELED;
		err = pmk_source_read(film->source, frame, pmk_clock_now_ns() + patience_ns);
	} while (err == -EAGAIN && film->piped);
	if (!err)
		note_holes(film);
	else if (err == -ENODATA)
		film->noticed = faults_of(film->source);
	return err;
}

/* Read up to the first frame of the part, whose position becomes 0. 0, or negative errno. */
static int find_start(struct pmk_film *film)
{
	int64_t from_ns = film->start_ns;
	struct pmk_frame *frame;
	int err;

	film->start_ns = 0;
	while (from_ns && !film->info.still) {
		err = read_frame(film, &frame);
		if (err)
			return err == -ECANCELED ? 0 : err;
		film->before = faults_of(film->source);
		if (frame->position_ns >= from_ns) {
			film->first = frame;
			film->start_ns = frame->position_ns;
			break;
		}
		pmk_frame_unref(frame);
	}
	return 0;
}

/* The input's own figures, less what --from, --to and the limits leave out. */
static void shorten_info(struct pmk_film *film)
{
	int64_t whole_ns = film->info.duration_ns, length_ns = whole_ns;

	if (film->end_ns && film->end_ns < length_ns)
		length_ns = film->end_ns;
	length_ns -= film->start_ns;
	if (whole_ns <= 0 || length_ns < 0 || length_ns == whole_ns)
		return;
	film->info.frames = (int64_t)((double)film->info.frames * (double)length_ns / (double)whole_ns);
	film->info.duration_ns = length_ns;
}

const char *pmk_film_path(const char *spec)
{
	const char *path = pmk_parse_after(spec, "file:");

	return path ? path : spec;
}

static int open_scene(struct pmk_film *film)
{
	struct pmk_scene_settings settings = film->settings->scene;
	const struct pmk_layout *layout = &film->source->layout;
	struct pmk_scene *before = film->kept ? *film->kept : NULL;

	settings.picture_width = film->source->picture_width;
	settings.picture_height = film->source->picture_height;
	settings.single = film->info.still;
	if (!before)
		return pmk_scene_create(&settings, layout, SHOWN_COUNT, &film->scene);
	*film->kept = NULL;
	return pmk_scene_renew(before, &settings, layout, SHOWN_COUNT, &film->scene);
}

static void tell_unused(const struct pmk_film *film, const struct pmk_options *options, const char *in)
{
	if (film->info.still)
		pmk_unused_tell_moving(options, in, "it is a picture");
	else if (film->info.layout.width || film->piped) /* the drawn presenter has any rate */
		pmk_unused_tell(options, "fps", in, "it keeps its own rate");
}

enum pmk_exit pmk_film_open(
	struct pmk_film *film, const struct pmk_options *options, const char *in, struct pmk_scene **kept)
{
	enum pmk_exit code;
	int err;

	*film = (struct pmk_film){ .settings = &options->settings.pipeline,
		.larger = options->command == PMK_COMMAND_CONVERT &&
			options->settings.pipeline.scene.framing != PMK_FRAMING_OFF,
		.limit = options->settings.pipeline.frames,
		.terminal = !kept && isatty(STDERR_FILENO),
		.kept = kept };
	code = choose_part(film, &options->settings);
	if (code != PMK_EXIT_OK)
		return code;
	err = open_source(film, in);
	if (err)
		return pmk_exit_of(
			PMK_PART_CAMERA, err, pmk_parse_kind(in, "presenter") && !film->info.frames ? in : "file:");
	if (!kept)
		tell_unused(film, options, pmk_pipe_name(in, false));
	err = open_scene(film);
	if (err) {
		pmk_film_close(film);
		return pmk_exit_of(PMK_PART_SCENE, err, in);
	}
	film->turned = pmk_frame_pool_create(TURNED_COUNT);
	if (!film->turned || (!kept && pmk_signals_catch(PMK_HANGUP_ENDS))) {
		pmk_film_close(film);
		return PMK_EXIT_INTERNAL;
	}
	film->started_ns = pmk_clock_now_ns();
	err = find_start(film);
	if (err) {
		pmk_film_close(film);
		if (err == -ENODATA)
			pmk_error("%s ends before --from \"%s\"", pmk_pipe_name(in, false), options->settings.from);
		return err == -ENODATA ? PMK_EXIT_USAGE : pmk_exit_of(PMK_PART_CAMERA, err, "file:");
	}
	shorten_info(film);
	film->total = total_of(film);
	return PMK_EXIT_OK;
}

static void draw_progress(struct pmk_film *film)
{
	uint64_t now = pmk_clock_now_ns();
	double seconds = (double)(now - film->started_ns) / 1e9, rate, share;
	uint64_t total = film->total;
	int filled;

	if (!film->terminal || now - film->drawn_ns < 100 * PMK_MS_NS)
		return;
	film->drawn_ns = now;
	rate = seconds > 0 ? (double)film->done / seconds : 0;
	if (total <= 1 || rate <= 0) {
		fprintf(stderr, "\r%llu frames, %.1f/s ", (unsigned long long)film->done, rate);
		return;
	}
	share = (double)film->done / (double)total;
	share = share > 1 ? 1 : share;
	filled = (int)(share * BAR);
	fprintf(stderr, "\r[%.*s%.*s] %3.0f %%  %.1f/s  %d:%02d left  ", filled, "##############################",
		BAR - filled, "..............................", share * 100, rate,
		(int)((double)total * (1 - share) / rate) / 60, (int)((double)total * (1 - share) / rate) % 60);
}

int pmk_film_next(struct pmk_film *film, struct pmk_frame **frame)
{
	struct pmk_frame *got;
	int err;

	draw_progress(film);
	if (pmk_signals_came() || (film->limit && film->done >= film->limit))
		return 0;
	got = film->first;
	err = got ? 0 : read_frame(film, &got);
	film->first = NULL;
	if (err)
		return err == -ENODATA || err == -ECANCELED ? 0 : err;
	if (film->end_ns && !film->info.still && got->position_ns >= film->end_ns) {
		pmk_frame_unref(got);
		return 0;
	}
	got->position_ns -= film->start_ns;
	got = pmk_convert_orient_frame(
		got, film->turned, &got->image.layout, 0, film->settings->mirror, film->settings->flip);
	if (!got)
		return -ENOMEM;
	film->noticed = faults_of(film->source);
	film->done++;
	film->last_ns = got->position_ns;
	*frame = got;
	return 1;
}

static void clear_progress(struct pmk_film *film)
{
	if (film->terminal && film->drawn_ns)
		fputs("\r\033[K", stderr);
	film->drawn_ns = 0;
}

void pmk_film_close(struct pmk_film *film)
{
	clear_progress(film);
	pmk_frame_unref(film->first);
	pmk_source_close(film->source);
	pmk_frame_pool_destroy(film->turned);
	if (film->kept && film->scene)
		*film->kept = film->scene;
	else
		pmk_scene_destroy(film->scene);
	*film = (struct pmk_film){ 0 };
}

/* `out` NULL: it is not under its name, which was said. */
static void say_cut(unsigned long long done, const char *out)
{
	bool kept = out && strcmp(out, "null") != 0 && strcmp(out, "hash") != 0;
	char when[64] = "before the first frame";

	if (done)
		snprintf(when, sizeof when, "after %llu frame%s", done, done == 1 ? "" : "s");
	if (kept)
		pmk_warn("stopped %s; \"%s\" %s", when, out, done ? "is complete up to there" : "was not written");
	else
		pmk_warn("stopped %s", when);
}

bool pmk_film_is_partial(const struct pmk_film *film)
{
	return pmk_signals_came() || !pmk_film_is_sound(film);
}

enum pmk_exit pmk_film_end(struct pmk_film *film, enum pmk_exit code, const char *in, const char *out)
{
	double seconds = (double)(pmk_clock_now_ns() - film->started_ns) / 1e9;
	unsigned long long done = film->done;
	bool cut = pmk_signals_came() && !(film->info.still && done), sound = true;
	bool none = !done && !film->left, piped = film->piped;
	enum pmk_log_level level = film->kept ? PMK_LOG_DEBUG : PMK_LOG_INFO;

	clear_progress(film);
	if (film->beside)
		out = NULL;
	if (code == PMK_EXIT_OK && !cut && !none) {
		sound = pmk_film_is_sound(film);
		pmk_film_tell_missing(film, in);
	}
	pmk_film_close(film);
	if (code != PMK_EXIT_OK)
		return code;
	if (cut) {
		if (level == PMK_LOG_INFO)
			say_cut(done, out);
		return PMK_EXIT_INTERNAL;
	}
	if (none) {
		pmk_log(PMK_LOG_ERROR, piped ? PMK_CURE_NONE : PMK_CURE_OTHER_FILE, NULL, "%s: no picture came from it",
			in);
		return PMK_EXIT_INPUT;
	}
	pmk_log(level, PMK_CURE_NONE, NULL, "%llu frame%s in %.1f s (%.1f frames per second)%s%s", done,
		done == 1 ? "" : "s", seconds, (double)done / seconds, out ? " -> " : "", out ? out : "");
	return sound ? PMK_EXIT_OK : PMK_EXIT_INPUT;
}
