/* SPDX-License-Identifier: MIT */
/* A recorded video or picture, frame by frame through the scene, with progress: what convert and mask share. One
 * thread. */
#ifndef PMK_APP_FILES_FILM_H
#define PMK_APP_FILES_FILM_H

#include "app/options.h"
#include "media/media.h"

struct pmk_film {
	struct pmk_source *source;
	struct pmk_scene *scene;
	struct pmk_media_info info; /* of the input; frames and duration 0 for the presenter */
	struct pmk_frame_pool *turned; /* for --mirror and --flip */
	const struct pmk_pipeline_settings *settings;
	int64_t limit_ns; /* --duration; 0: none */
	uint64_t limit, total, done; /* pictures: --frames (0: none), how many there will be (0: unknown), so far */
	uint64_t started_ns, drawn_ns; /* the last progress line */
	bool terminal;
};

/* `in` is a path or "presenter[:SEED]". Errors are logged. */
enum pmk_exit pmk_film_open(struct pmk_film *film, const struct pmk_options *options, const char *in);

/* The next frame: 1, or 0 at the end, at a limit or after a signal, or negative errno. Unref it. */
int pmk_film_next(struct pmk_film *film, struct pmk_frame **frame) __attribute__((warn_unused_result));
void pmk_film_close(struct pmk_film *film); /* also ends the progress line */

/* Close it and say what became of it: how many pictures there were, that a signal cut it short, or that the input seems
 * to be cut off. `code` is what writing came to; what the command ends with. */
enum pmk_exit pmk_film_end(struct pmk_film *film, enum pmk_exit code, const char *in, const char *out)
	__attribute__((warn_unused_result));

const char *pmk_film_path(const char *spec); /* without "file:" in front */

/* Whether `out` is the very file that is read, as input or as backdrop; logged. */
bool pmk_film_would_overwrite(const struct pmk_options *options, const char *in, const char *out);

/* Whether both name the same file, or the same place for one that is not there yet: a.mkv and ./a.mkv. */
bool pmk_film_same_place(const char *a, const char *b);

bool pmk_film_ends_in(const char *path, const char *end); /* ".png", whatever the case */

#endif
