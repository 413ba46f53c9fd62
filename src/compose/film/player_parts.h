/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_player, for player*.c only. */
#ifndef PMK_COMPOSE_FILM_PLAYER_PARTS_H
#define PMK_COMPOSE_FILM_PLAYER_PARTS_H

#include "compose/film/player.h"
#include "compose/film/screen.h"

#include <pthread.h>

/* Times of a player count from the beginning of the film and go on through all rounds. */
struct pmk_player_picture {
	struct pmk_image image;
	int64_t at_ns; /* when it is due */
};

struct pmk_player {
	char *path; /* const after open, with the next three */
	enum pmk_fit fit;
	struct pmk_layout layout;
	pthread_t thread;

	/* The thread's. */
	struct pmk_screen screen;
	int64_t base_ns; /* when this round began */
	int64_t origin_ns; /* position of the film's first picture */
	int64_t last_ns, ends_ns; /* of the newest picture in this round: when it is due, and its end */
	bool told; /* that something is wrong with the film */
	int killed, proved; /* processes that were killed, one after another; pictures of the present one */

	/* The caller's. */
	uint64_t begin_ns; /* when time 0 is for live frames */
	uint64_t seen_ns; /* of the last live frame; 0: there was none */
	bool paced; /* step_ns was measured */
	const struct pmk_player_picture *shown; /* by the last call; NULL: there was none */
	int64_t shown_ns; /* its at_ns */

	/* Shared, under the lock. The pixels of a picture are the thread's until it counts. */
	pthread_mutex_t lock;
	pthread_cond_t asked, made;
	struct pmk_player_picture *pictures; /* a ring */
	int capacity, first, count;
	int current; /* which of them is shown; 0 unless `kept` */
	bool kept; /* so far, all pictures of the first round are here */
	bool exact; /* for a recording: none is left out that may be asked for */
	bool stopping;
	bool over; /* nothing comes any more */
	int64_t asked_ns; /* the time that is shown; -1: nobody has asked yet */
	int64_t step_ns; /* from frame to frame */
	int64_t reached_ns; /* when the newest picture is due that was found */
	int64_t next_ns; /* when the next one is due that was not made; INT64_MIN: not known yet */
	int64_t loop_ns; /* length of a loop that is kept whole; 0: it is not */
};

/* Its thread. */
void *pmk_player_decode(void *player);
/* The i-th picture of the ring. Call both with the lock. */
struct pmk_player_picture *pmk_player_picture(const struct pmk_player *player, int i);
/* Whether the thread has anything to do. */
bool pmk_player_wants(const struct pmk_player *player);

#endif
