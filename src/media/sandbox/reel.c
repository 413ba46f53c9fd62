/* SPDX-License-Identifier: MIT */
#include "media/sandbox/reel.h"

#include "media/sandbox/sandbox_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(sizeof(struct pmk_reel_answer) <= PMK_REPLY_HEAD, "the answer has its room");

enum { TRIES = 3 }; /* with a helper that is about to end, and one that has ended */

struct pmk_reel {
	struct pmk_media_info info;
	struct pmk_reel_answer answer; /* a copy of the last one that was good */
	int socket, err; /* err: of the worker's end; 0: it lives */
	bool opened;
	int most_mib; /* of memory that it may take */
	void *memory;
	char path[];
};

/* Which ends the worker. */
static void hang_up(struct pmk_reel *film)
{
	if (film->socket >= 0)
		close(film->socket);
	film->socket = -1;
}

/* Say why the film fails from now on, unless the program ends. */
static int fail(struct pmk_reel *film, int err)
{
	if (err == -EBADMSG)
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: damaged: its decoder gave nonsense", film->path);
	else if (err == -ETIMEDOUT)
		pmk_error_cure(
			PMK_CURE_OTHER_OR_SCALE, "%s: takes more than %d s to decode", film->path, PMK_REEL_WALL_S);
	else if (err == -EPIPE && film->opened)
		err = pmk_sandbox_killed(film->path);
	else
		err = pmk_sandbox_refuse(film->path, err);
	hang_up(film);
	film->err = err == -ETIMEDOUT ? -EFBIG : err;
	return film->err;
}

/* Use what the worker wrote, once it says that it is there. */
static int take_answer(struct pmk_reel *film)
{
	struct pmk_reel_answer *answer = &film->answer, told;
	bool failed;

	memcpy(&told, film->memory, sizeof told);
	if (pmk_reel_check(&told, &film->info))
		return fail(film, -EBADMSG);
	*answer = told;
	failed = pmk_reply_pass_on(&answer->lines, 0);
	if (answer->result == -ENOMEM && !failed) {
		pmk_error_cure(PMK_CURE_OTHER_OR_SCALE, "%s: needs more than %d MiB of memory to decode", film->path,
			film->most_mib);
		return -EFBIG;
	}
	if (answer->result < 0 && !failed)
		pmk_error_cure(
			PMK_CURE_OTHER_OR_SCALE, "%s: cannot be decoded: %s", film->path, strerror(-answer->result));
	return answer->result;
}

/* The result; -EPIPE, not logged: the helper ended, or the worker of an open film was killed. A film that is more than
 * there is memory for is not tried again, which would have more processes killed. */
static int wait_for_answer(struct pmk_reel *film)
{
	union {
		char word;
		int status;
	} told;
	int got = pmk_sandbox_receive(film->socket, &told, sizeof told, PMK_REEL_WALL_S * 1000);

	if (got == sizeof told.word)
		return take_answer(film);
	if (got == sizeof told.status && !(film->opened && pmk_sandbox_was_killed(told.status))) {
		film->err = pmk_sandbox_explain(film->path, told.status, PMK_REEL_CPU_S);
		return film->err;
	}
	return got < 0 ? fail(film, got) : -EPIPE;
}

int pmk_reel_do(struct pmk_reel *film, const struct pmk_reel_ask *ask)
{
	int err = film->err;

	if (err)
		return err;
	(void)!send(film->socket, ask, sizeof *ask, MSG_NOSIGNAL); /* if the worker has gone, its end is told there */
	err = wait_for_answer(film);
	return err == -EPIPE ? fail(film, err) : err;
}

static void copy_plane(const struct pmk_image *from, struct pmk_image *to, int plane)
{
	size_t width = (size_t)pmk_layout_plane_width(&to->layout, plane);
	int height = pmk_layout_plane_height(&to->layout, plane);

	if (from->stride[plane] == to->stride[plane]) {
		memcpy(to->plane[plane], from->plane[plane],
			(size_t)from->stride[plane] * (size_t)(height - 1) + width);
		return;
	}
	for (int y = 0; y < height; y++)
		memcpy(to->plane[plane] + (ptrdiff_t)y * to->stride[plane],
			from->plane[plane] + (ptrdiff_t)y * from->stride[plane], width);
}

int pmk_reel_read(struct pmk_reel *film, struct pmk_image *image, int64_t *position_ns)
{
	const struct pmk_reel_ask ask = { .what = PMK_REEL_READ, .layout = image->layout };
	struct pmk_image from;
	int got;

	if (!pmk_reel_picture(&image->layout, (uint8_t *)film->memory + PMK_REPLY_HEAD, &from))
		return -EINVAL;
	got = pmk_reel_do(film, &ask);
	if (got != 1)
		return got;
	if (film->answer.bar_x > (image->layout.width - 1) / 2 || film->answer.bar_y > (image->layout.height - 1) / 2)
		return fail(film, -EBADMSG);
	for (int p = 0; p < 3; p++)
		copy_plane(&from, image, p);
	image->layout.range = (enum pmk_range)film->answer.picture_range;
	image->layout.matrix = (enum pmk_matrix)film->answer.picture_matrix;
	*position_ns = film->answer.position_ns;
	return 1;
}

const struct pmk_media_info *pmk_reel_info(const struct pmk_reel *film)
{
	return &film->info;
}

const struct pmk_reel_answer *pmk_reel_last(const struct pmk_reel *film)
{
	return &film->answer;
}

/* -EPIPE: the helper ended, so it can be tried again. */
static int begin(struct pmk_reel *film, const struct pmk_job *job, int file, int memory)
{
	int err = pmk_sandbox_begin(job, file, memory, &film->socket);

	if (err) {
		film->socket = -1;
		return err == -EPIPE ? err : fail(film, err);
	}
	err = wait_for_answer(film);
	if (err > 0) /* a picture, which nobody has asked for */
		err = fail(film, -EBADMSG);
	if (err)
		hang_up(film);
	return err;
}

int pmk_reel_open(const struct pmk_job *job, int file, struct pmk_reel **film)
{
	size_t length = strlen(job->path) + 1;
	struct pmk_reel *made = calloc(1, sizeof *made + length);
	int memory, err = -EPIPE;

	if (!made)
		return -ENOMEM;
	memcpy(made->path, job->path, length);
	made->socket = -1;
	made->most_mib = (job->kind == PMK_JOB_PLAY ? PMK_REEL_PLAY_BYTES : PMK_REEL_BYTES) >> 20;
	memory = pmk_sandbox_memory(PMK_REEL_MEMORY, &made->memory);
	for (int i = 0; i < TRIES && err == -EPIPE && memory >= 0; i++)
		err = begin(made, job, file, memory);
	if (memory < 0 || err == -EPIPE)
		err = fail(made, memory < 0 ? memory : err);
	if (memory >= 0)
		close(memory);
	if (err) {
		pmk_reel_close(made);
		return err;
	}
	made->opened = true;
	*film = made;
	return 0;
}

void pmk_reel_close(struct pmk_reel *film)
{
	if (!film)
		return;
	hang_up(film);
	if (film->memory)
		munmap(film->memory, PMK_REEL_MEMORY);
	free(film);
}
