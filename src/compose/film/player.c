/* SPDX-License-Identifier: MIT */
#include "compose/film/player.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "compose/film/player_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEADINESS = 32 }; /* frames over which their pace is averaged */

static const int64_t USUAL_STEP_NS = 33 * PMK_MS_NS, SHORTEST_STEP_NS = 4 * PMK_MS_NS,
		     LONGEST_STEP_NS = 200 * PMK_MS_NS;
static const uint64_t PAUSE_NS = PMK_S_NS; /* frames further apart than this were not one after the other */
static const int64_t LATE_NS = 500 * PMK_MS_NS; /* if decoding is later than this, the film waits for it */
static const int64_t ROUNDED_NS = PMK_MS_NS; /* as far as a recording's times may be off */

struct pmk_player_picture *pmk_player_picture(const struct pmk_player *p, int i)
{
	return &p->pictures[(p->first + i) % p->capacity];
}

static size_t picture_bytes(const struct pmk_image *image)
{
	size_t bytes = 0;

	for (int k = 0; k < 3; k++)
		bytes += (size_t)image->stride[k] * (size_t)pmk_layout_plane_height(&image->layout, k);
	return bytes;
}

/* The number of pictures that a file tells may be a little off. */
static int choose_capacity(struct pmk_player *p, const struct pmk_image *first)
{
	int64_t most = (int64_t)(PMK_PLAYER_KEPT / picture_bytes(first)),
		told = pmk_media_info(p->screen.media)->frames;

	p->kept = told > 0 && told <= most && most >= PMK_PLAYER_PICTURES; /* it may have more than it tells */
	return p->kept ? (int)pmk_clamp_i64(told + told / 8 + 4, 1, most) : PMK_PLAYER_PICTURES;
}

static int take_first(struct pmk_player *p)
{
	struct pmk_image image;
	int err = pmk_screen_alloc(&p->screen, &image);

	if (err)
		return err;
	p->capacity = choose_capacity(p, &image);
	pmk_screen_record(&p->screen, !p->kept);
	err = pmk_screen_read(&p->screen, &image, &p->origin_ns);
	p->pictures = calloc((size_t)p->capacity, sizeof *p->pictures);
	if (err != 1 || !p->pictures) {
		pmk_image_free(&image);
		return err < 0 ? err : err == 0 ? -EBADMSG : -ENOMEM;
	}
	p->pictures[0].image = image;
	p->count = 1;
	p->ends_ns = pmk_screen_lasts_ns(&p->screen);
	return 0;
}

static void release(struct pmk_player *p)
{
	for (int i = 0; p->pictures && i < p->capacity; i++)
		pmk_image_free(&p->pictures[i].image);
	free(p->pictures);
	pmk_screen_close(&p->screen);
	pthread_cond_destroy(&p->made);
	pthread_cond_destroy(&p->asked);
	pthread_mutex_destroy(&p->lock);
	free(p->path);
	free(p);
}

int pmk_player_open(const char *path, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_player **player)
{
	struct pmk_player *p = calloc(1, sizeof *p);
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->fit = fit;
	p->layout = *layout;
	p->asked_ns = -1;
	p->step_ns = USUAL_STEP_NS;
	p->next_ns = INT64_MIN;
	pthread_mutex_init(&p->lock, NULL);
	pmk_clock_cond_init(&p->asked);
	pmk_clock_cond_init(&p->made);
	p->path = strdup(path);
	if (p->path)
		err = pmk_screen_open(&p->screen, path, fit, layout);
	if (!err)
		err = take_first(p);
	if (!err)
		err = pmk_log_thread(&p->thread, pmk_player_decode, p);
	if (err)
		release(p);
	else
		*player = p;
	return err;
}

void pmk_player_close(struct pmk_player *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->asked);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	release(p);
}

const struct pmk_image *pmk_player_first(const struct pmk_player *p)
{
	return &p->pictures[0].image;
}

/* --- with the lock --- */

/* Go on to the picture that is due at the time that was asked for. What is before it makes room. */
static void advance(struct pmk_player *p)
{
	int64_t now = p->loop_ns ? p->asked_ns % p->loop_ns : p->asked_ns;

	if (p->loop_ns)
		p->current = 0;
	while (p->current + 1 < p->count && pmk_player_picture(p, p->current + 1)->at_ns <= now)
		p->current++;
	if (p->kept || p->loop_ns)
		return;
	p->first = (p->first + p->current) % p->capacity;
	p->count -= p->current;
	p->current = 0;
}

static const struct pmk_image *show(struct pmk_player *p, bool *stays)
{
	const struct pmk_player_picture *picture = pmk_player_picture(p, p->current);

	*stays = picture == p->shown && picture->at_ns == p->shown_ns;
	p->shown = picture;
	p->shown_ns = picture->at_ns;
	return &picture->image;
}

/* Let the live frame of that time ask for its picture. Where the frames and the pictures have the same rate, each frame
 * comes in the middle between two pictures, so that an uneven camera does not show one of them twice. */
static void ask_live(struct pmk_player *p, uint64_t time_ns)
{
	int64_t passed = (int64_t)(time_ns - p->seen_ns), late;

	if (!p->seen_ns) {
		double fps = pmk_media_info(p->screen.media)->fps;
		p->begin_ns = time_ns - pmk_min_u64((uint64_t)(0.5e9 / fps), USUAL_STEP_NS / 2);
	} else if (passed < 0 || passed > (int64_t)PAUSE_NS) {
		p->begin_ns += (uint64_t)(passed - p->step_ns);
	} else if (passed > 0) {
		p->step_ns += p->paced ? (passed - p->step_ns) / STEADINESS : passed - p->step_ns;
		p->step_ns = pmk_clamp_i64(p->step_ns, SHORTEST_STEP_NS, LONGEST_STEP_NS);
		p->paced = true;
	}
	p->seen_ns = time_ns;
	p->asked_ns = (int64_t)(time_ns - p->begin_ns);
	late = p->asked_ns - p->reached_ns;
	if (late <= LATE_NS || p->loop_ns || p->over)
		return;
	p->begin_ns += (uint64_t)late;
	p->asked_ns = p->reached_ns;
}

/* --- */

const struct pmk_image *pmk_player_live(struct pmk_player *p, uint64_t time_ns, bool *stays)
{
	const struct pmk_image *image;

	pthread_mutex_lock(&p->lock);
	ask_live(p, time_ns);
	advance(p);
	image = show(p, stays);
	if (pmk_player_wants(p))
		pthread_cond_signal(&p->asked);
	pthread_mutex_unlock(&p->lock);
	return image;
}

const struct pmk_image *pmk_player_at(struct pmk_player *p, int64_t position_ns, bool *stays)
{
	int64_t asked = (position_ns > 0 ? position_ns : 0) + ROUNDED_NS;
	const struct pmk_image *image;

	pthread_mutex_lock(&p->lock);
	p->exact = true;
	if (p->asked_ns >= 0 && asked > p->asked_ns)
		p->step_ns = asked - p->asked_ns;
	p->asked_ns = asked;
	advance(p);
	while (!p->over && !p->loop_ns && (p->next_ns == INT64_MIN || p->next_ns <= asked)) {
		pthread_cond_signal(&p->asked);
		pthread_cond_wait(&p->made, &p->lock);
		advance(p);
	}
	image = show(p, stays);
	if (pmk_player_wants(p))
		pthread_cond_signal(&p->asked);
	pthread_mutex_unlock(&p->lock);
	return image;
}
