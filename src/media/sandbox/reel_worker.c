/* SPDX-License-Identifier: MIT */
#include "media/sandbox/reel.h"

#include "base/open_file.h"
#include "media/media_module.h"
#include "media/sandbox/lockdown.h"
#include "media/sandbox/worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

struct reel_worker {
	const struct pmk_media_calls *calls;
	struct pmk_media *media;
	struct pmk_reel_answer *answer;
	uint8_t *memory; /* of the pictures */
	bool poor; /* it has less memory than it may take */
};

/* From now on, so much CPU time: then the kernel ends this process, by SIGPROF. */
static void set_time(void)
{
	const struct itimerval time = { .it_value.tv_sec = PMK_REEL_CPU_S };

	setitimer(ITIMER_PROF, &time, NULL);
}

static int read_picture(struct reel_worker *w, const struct pmk_layout *layout)
{
	struct pmk_image image;
	int64_t position_ns = 0;
	int got = pmk_reel_picture(layout, w->memory, &image) ? w->calls->media_read(w->media, &image, &position_ns) :
								-EINVAL;

	w->answer->position_ns = position_ns;
	w->answer->picture_range = image.layout.range;
	w->answer->picture_matrix = image.layout.matrix;
	return got;
}

static int follow(struct reel_worker *w, const struct pmk_reel_ask *ask)
{
	int64_t position_ns = 0;
	int got;

	switch (ask->what) {
	case PMK_REEL_FIT:
		w->calls->media_fit(w->media, ask->width, ask->height, ask->fit);
		return 0;
	case PMK_REEL_NEXT:
		got = w->calls->media_next(w->media, ask->due_ns, &position_ns);
		w->answer->position_ns = position_ns;
		return got;
	case PMK_REEL_READ:
		return read_picture(w, &ask->layout);
	default:
		return w->calls->media_rewind(w->media);
	}
}

static void tell_state(struct reel_worker *w)
{
	const struct pmk_media_info *info = w->calls->media_info(w->media);
	struct pmk_reel_answer *a = w->answer;
	int bar_x = 0, bar_y = 0;

	w->calls->media_bars(w->media, &bar_x, &bar_y);
	a->bar_x = bar_x;
	a->bar_y = bar_y;
	a->lasts_ns = w->calls->media_lasts_ns(w->media);
	a->damaged = w->calls->media_damaged(w->media);
	a->holes = *w->calls->media_holes(w->media);
	a->width = info->layout.width;
	a->height = info->layout.height;
	a->chroma = info->layout.chroma;
	a->range = info->layout.range;
	a->matrix = info->layout.matrix;
	a->primaries = info->layout.primaries;
	a->transfer = info->layout.transfer;
	a->siting = info->layout.siting;
	a->fps = info->fps;
	a->frames = info->frames;
	a->duration_ns = info->duration_ns;
	a->still = info->still;
	a->audio = info->audio;
	a->own_length = info->own_length;
}

static void answer(struct reel_worker *w, int result, int talk)
{
	if (result == -ENOMEM && w->poor)
		_exit(PMK_WORKER_NO_MEMORY);
	if (w->media)
		tell_state(w);
	w->answer->result = result;
	atomic_thread_fence(memory_order_release);
	if (write(talk, "", 1) != 1)
		_exit(0);
}

static _Noreturn void serve(struct reel_worker *w, int talk)
{
	struct pmk_reel_ask ask;

	while (read(talk, &ask, sizeof ask) == sizeof ask) {
		set_time();
		w->answer->lines.count = 0;
		w->answer->position_ns = 0;
		answer(w, follow(w, &ask), talk);
	}
	_exit(0);
}

_Noreturn void pmk_reel_worker_run(
	const struct pmk_media_calls *calls, const struct pmk_job *job, int file, int memory, int talk)
{
	bool played = job->kind == PMK_JOB_PLAY;
	const struct pmk_lock_limits limits = {
		.memory = played ? PMK_REEL_PLAY_BYTES : PMK_REEL_BYTES, .shared = PMK_REEL_MEMORY, .talk = talk
	};
	uint8_t *block = mmap(NULL, PMK_REEL_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	struct reel_worker w = {
		.calls = calls, .answer = (struct pmk_reel_answer *)block, .memory = block + PMK_REPLY_HEAD
	};
	int err;

	if (block == MAP_FAILED)
		_exit(PMK_WORKER_NO_MEMORY);
	close(memory);
	memset(w.answer, 0, sizeof *w.answer);
	pmk_open_file_hand(file, job->bytes);
	pmk_log_redirect(pmk_reply_hear, &w.answer->lines);
	w.poor = pmk_lockdown(&limits) & PMK_LOCK_POOR || !calls; /* without calls, there may be too little to load */
	set_time();
	if (calls)
		err = (played ? calls->media_open_to_play : calls->media_open)(job->path, &w.media);
	else
		err = pmk_media_module_look(job->path);
	w.media = err ? NULL : w.media;
	answer(&w, err, talk);
	if (err)
		_exit(0);
	serve(&w, talk);
}
