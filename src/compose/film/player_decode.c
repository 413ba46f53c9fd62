/* SPDX-License-Identifier: MIT */
/* Part of player.c: its thread. */
#include "compose/film/player_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"

#include <errno.h>

static const int64_t SHORTEST_NS = PMK_MS_NS; /* of the last picture */
static const int64_t SHORTEST_LOOP_NS = 40 * PMK_MS_NS; /* so that a film of nothing does not keep a core busy */
static const int64_t MOST_LEFT_OUT_NS = 100 * PMK_MS_NS; /* after that, a picture is shown although it is late */

enum { MOST_KILLED = 4, PROOF = 100 }; /* processes, one after another; pictures of one that is good */
static const uint64_t FIRST_REST_NS = 250 * PMK_MS_NS; /* after the first one */

static int64_t newest(const struct pmk_player *p)
{
	return pmk_player_picture(p, p->count - 1)->at_ns;
}

bool pmk_player_wants(const struct pmk_player *p)
{
	int ahead = p->count - 1 - p->current;

	if (p->over || p->loop_ns || p->asked_ns < 0)
		return false;
	if (p->exact && p->next_ns == INT64_MIN)
		return true;
	if (p->count == p->capacity)
		return false;
	if (!p->exact)
		return ahead < PMK_PLAYER_PICTURES - 1 || (p->kept && newest(p) < p->asked_ns + p->step_ns);
	return p->next_ns <= p->asked_ns || (ahead < 1 && p->next_ns - newest(p) >= p->step_ns - p->step_ns / 8);
}

/* A loop that has more pictures than the file told is not kept. */
static void give_up_keeping(struct pmk_player *p)
{
	p->kept = false;
	p->screen.records = !p->exact;
	p->first = p->current;
	p->count -= p->current;
	p->current = 0;
}

/* The time of the frame for which the next picture is made: pictures that are over by then are left out. Where there
 * are any, each picture that is ahead is for one frame. */
static int64_t due_time(const struct pmk_player *p)
{
	int ahead = p->count - 1 - p->current;

	if (p->kept)
		return INT64_MIN;
	if (p->exact)
		return p->asked_ns;
	return pmk_clamp_i64(p->asked_ns + (ahead + 1) * p->step_ns, 0,
		newest(p) + pmk_clamp_i64(2 * p->step_ns, MOST_LEFT_OUT_NS, PMK_S_NS));
}

/* --- without the lock --- */

/* Say once, after a round, what was wrong with it. */
static void check_round(struct pmk_player *p)
{
	const struct pmk_media_info *info;
	const struct pmk_holes *holes;
	char missing[PMK_HOLES_TEXT];
	long long damaged;
	int64_t slack;

	if (p->told)
		return;
	p->told = true;
	info = pmk_media_info(p->screen.media);
	holes = pmk_media_holes(p->screen.media);
	damaged = pmk_media_damaged(p->screen.media);
	slack = info->duration_ns / 10 + (int64_t)PMK_S_NS;
	if (holes->count)
		pmk_warn("backdrop \"%s\" is damaged: %s", p->path, pmk_holes_print(holes, missing));
	else if (damaged)
		pmk_warn("backdrop \"%s\": %lld damaged picture%s left out", p->path, damaged,
			damaged == 1 ? " is" : "s are");
	else if (p->origin_ns + p->ends_ns + slack < info->duration_ns)
		pmk_warn("backdrop \"%s\" is cut off: it ends after %.1f of %.1f s, and starts again", p->path,
			(double)(p->origin_ns + p->ends_ns) / 1e9, (double)info->duration_ns / 1e9);
}

/* The film is at its end: begin another round, unless all of it is kept. 1; 0: it is; or a negative errno. */
static int end_round(struct pmk_player *p, int64_t *loop_ns)
{
	int64_t length = p->ends_ns > SHORTEST_LOOP_NS ? p->ends_ns : SHORTEST_LOOP_NS;
	int err;

	check_round(p);
	if (p->kept || p->last_ns == 0) {
		*loop_ns = length;
		return 0;
	}
	err = pmk_screen_rewind(&p->screen);
	p->base_ns += length;
	p->last_ns = p->ends_ns = 0;
	return err ? err : 1;
}

/* Find the picture that is made next. 1; 0: there is none, as the loop is complete; or a negative errno. */
static int find_next(struct pmk_player *p, int64_t due_ns, int64_t now_ns, int64_t *at_ns, int64_t *loop_ns)
{
	int64_t position, begins;
	int got = 0;

	for (int round = 0; round < 2 && got == 0; round++) {
		got = round ? end_round(p, loop_ns) : 1;
		begins = p->base_ns - p->origin_ns;
		if (got == 1)
			got = pmk_screen_next(
				&p->screen, due_ns == INT64_MIN ? due_ns : due_ns - begins, now_ns - begins, &position);
		if (*loop_ns)
			return 0;
	}
	if (got == 1)
		*at_ns = begins + position;
	return got == 0 ? -ENODATA : got;
}

static int make(struct pmk_player *p, struct pmk_player_picture *picture)
{
	int64_t position, lasts;
	int got = picture->image.block ? 0 : pmk_screen_alloc(&p->screen, &picture->image);

	if (got)
		return got;
	got = pmk_screen_read(&p->screen, &picture->image, &position);
	if (got != 1)
		return got ? got : -ENODATA;
	lasts = pmk_screen_lasts_ns(&p->screen);
	p->last_ns = position - p->origin_ns;
	p->ends_ns = p->last_ns + (lasts > SHORTEST_NS ? lasts : SHORTEST_NS);
	picture->at_ns = p->base_ns + p->last_ns;
	p->proved += p->proved < PROOF;
	if (p->proved == PROOF)
		p->killed = 0;
	return 0;
}

/* --- with the lock, which they open while they work --- */

static int look_for_next(struct pmk_player *p)
{
	int64_t due = due_time(p), now = p->asked_ns, at = INT64_MAX, loop = 0;
	int got;

	if (p->exact && p->screen.records)
		pmk_screen_record(&p->screen, false);
	pthread_mutex_unlock(&p->lock);
	got = find_next(p, due, now, &at, &loop);
	pthread_mutex_lock(&p->lock);
	p->next_ns = at;
	p->loop_ns = loop;
	if (got == 1)
		p->reached_ns = at;
	pthread_cond_signal(&p->made);
	return got < 0 ? got : 0;
}

static int add_next(struct pmk_player *p)
{
	struct pmk_player_picture *picture = pmk_player_picture(p, p->count);
	int err;

	pthread_mutex_unlock(&p->lock);
	err = make(p, picture);
	pthread_mutex_lock(&p->lock);
	if (err)
		return err;
	p->count++;
	p->next_ns = INT64_MIN;
	pthread_cond_signal(&p->made);
	return 0;
}

static int work(struct pmk_player *p)
{
	int err;

	if (p->kept && p->count == p->capacity)
		give_up_keeping(p);
	if (!pmk_player_wants(p)) {
		pthread_cond_wait(&p->asked, &p->lock);
		return 0;
	}
	err = look_for_next(p);
	if (!err && pmk_player_wants(p))
		err = add_next(p);
	return err;
}

/* Wait before the film is tried again, each time longer, unless the player ends. */
static void rest(struct pmk_player *p)
{
	struct timespec until = pmk_clock_timespec(pmk_clock_now_ns() + (FIRST_REST_NS << (p->killed - 1)));

	while (!p->stopping && pthread_cond_timedwait(&p->asked, &p->lock, &until) != ETIMEDOUT)
		;
}

/* Wait, and open the film again. -ECANCELED: the player ends. */
static int open_again(struct pmk_player *p)
{
	int err;

	p->killed++;
	rest(p);
	if (p->stopping)
		return -ECANCELED;
	pthread_mutex_unlock(&p->lock);
	pmk_screen_close(&p->screen);
	err = pmk_screen_open(&p->screen, p->path, p->fit, &p->layout);
	if (!err)
		pmk_screen_record(&p->screen, true);
	pthread_mutex_lock(&p->lock);
	return err;
}

/* The process that decodes the film was killed, as when memory is short, or could not be started, which was logged:
 * begin another round with a new one, unless too many ended before they had proved good, perhaps while they opened it.
 * In a recording, the last picture stays: all that follows would be another film each time. */
static int begin_anew(struct pmk_player *p)
{
	int err = -ECHILD;

	if (p->exact)
		return err;
	p->proved = 0;
	if (p->kept)
		give_up_keeping(p);
	p->next_ns = INT64_MIN;
	while (err == -ECHILD && p->killed < MOST_KILLED)
		err = open_again(p);
	if (!err) {
		p->base_ns += p->ends_ns;
		p->last_ns = p->ends_ns = 0;
	}
	return err;
}

/* A loop that is kept whole needs no file any more. Whatever fails, the last picture stays, so that nothing is an
 * error. */
void *pmk_player_decode(void *player)
{
	struct pmk_player *p = player;
	bool whole;
	int err = 0;

	pmk_log_lower(true);
	pthread_mutex_lock(&p->lock);
	while (!err && !p->stopping && !p->loop_ns) {
		err = work(p);
		if (err == -ECHILD)
			err = begin_anew(p);
	}
	p->over |= err != 0;
	whole = p->loop_ns > 0;
	pthread_cond_signal(&p->made);
	pthread_mutex_unlock(&p->lock);
	if (err && err != -ECANCELED) /* the program ends */
		pmk_warn("backdrop \"%s\" cannot be read any further; its last picture stays", p->path);
	if (whole || err)
		pmk_screen_close(&p->screen);
	return NULL;
}
