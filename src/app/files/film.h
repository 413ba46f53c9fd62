/* SPDX-License-Identifier: MIT */
/* A recorded video or picture that goes through the scene frame by frame, with a progress bar: what convert and mask
 * share. One thread. */
#ifndef PMK_APP_FILES_FILM_H
#define PMK_APP_FILES_FILM_H

#include "app/options.h"
#include "media/media.h"

/* Faults that the source has noticed. A damaged frame has no position: it counts between two frames of the part, and at
 * the film's own ends. */
struct pmk_film_faults {
	uint64_t damaged; /* frames */
	int64_t faults; /* of struct pmk_holes */
};

struct pmk_film {
	struct pmk_source *source;
	struct pmk_scene *scene;
	struct pmk_media_info info; /* of the input; for the presenter, frames and duration are 0 */
	struct pmk_frame_pool *turned; /* for --mirror and --flip */
	const struct pmk_pipeline_settings *settings;
	int64_t start_ns, end_ns; /* positions in the input, from --from, --to and --duration; end 0: none */
	struct pmk_frame *first; /* the frame at start_ns, until it is given */
	uint64_t limit, total, done; /* frames: --frames (0: no limit), expected (0: unknown), done so far */
	int64_t last_ns; /* position of the last frame */
	int64_t asked_ns; /* --from */
	int64_t holes_seen; /* so many of the source's */
	struct pmk_holes holes; /* in the part that is asked for */
	struct pmk_film_faults before; /* the part's first frame; none if that is the film's, too */
	struct pmk_film_faults noticed; /* up to the part's last frame, or the film's end */
	uint64_t started_ns, drawn_ns; /* drawn: when the progress bar was drawn last; 0: never */
	bool larger; /* the frames may be larger than the pictures: a part of them is shown */
	bool piped; /* its frames come through a pipe, whenever its writer has them */
	bool left; /* whoever read the new film has gone, so that it ends early */
	bool beside; /* the result is beside its name, which is that of an older file */
	bool terminal; /* standard error is a terminal: draw the progress bar */
	struct pmk_scene **kept; /* of one among many; NULL: a film by itself */
};

/* `in` is a path or "presenter[:SEED]". Errors are logged. `kept`: of one film after another with the same options,
 * each of which takes over the networks of the one before; *kept is NULL for the first one, and the caller's to destroy
 * after the last. Such a film draws no bar and says only what is wrong. */
enum pmk_exit pmk_film_open(
	struct pmk_film *film, const struct pmk_options *options, const char *in, struct pmk_scene **kept);

/* Give the next frame, which the caller unrefs. Its position is from start_ns. 1; 0 at the end, at a limit or after a
 * signal; or negative errno. */
int pmk_film_next(struct pmk_film *film, struct pmk_frame **frame) __attribute__((warn_unused_result));
void pmk_film_close(struct pmk_film *film); /* also removes the progress bar */

/* Whether what was given is only a part of what was asked for: a signal came, or the file gave less than it says
 * that it holds. */
bool pmk_film_is_partial(const struct pmk_film *film);

/* Close it and log how it ended: how many frames there were, that a signal cut it short, or that the input seems to be
 * cut off. `code` is the result of writing. Gives the exit code of the command. */
enum pmk_exit pmk_film_end(struct pmk_film *film, enum pmk_exit code, const char *in, const char *out)
	__attribute__((warn_unused_result));

const char *pmk_film_path(const char *spec); /* without "file:" in front */

#endif
