/* SPDX-License-Identifier: MIT */
/* The files that a call reads: the film, the backdrop or the pictures of its folder, the overlay, the files of the
 * model, the configuration file, and what that names in whatever section, by a folder or a model's name, too.
 *
 * The one rule: no file that is written is one of them or becomes one, whatever it is called (base/place/file_place.h).
 * So nothing is written into a folder whose pictures the backdrop shows. Any thread. */
#ifndef PMK_SETTINGS_INPUTS_H
#define PMK_SETTINGS_INPUTS_H

#include "base/place/file_place.h"
#include "core/exit_code.h"
#include "settings/settings.h"

struct pmk_inputs {
	struct pmk_file_place *files, folder; /* folder: whose pictures are shown, as if it were a file */
	int count, room;
	bool full; /* there was no memory for all of them */
};

/* Find them all. `in`: the film, a path, "-" or a camera's spec; NULL: what the settings say. -ENOMEM, or an error of
 * the models' manifests; logged. The caller frees them, also on failure. */
int pmk_inputs_find(struct pmk_inputs *inputs, const struct pmk_settings *settings, const char *in)
	__attribute__((warn_unused_result));
void pmk_inputs_add(struct pmk_inputs *inputs, const char *path); /* if memory is short, `full` is set */
void pmk_inputs_free(struct pmk_inputs *inputs);

/* Whether the file at `path`, or one that would be made there, is one of them. "-" is standard output. */
bool pmk_inputs_have(const struct pmk_inputs *inputs, const char *path);

/* Let no input be lost to a file that is about to be written. -EINVAL: it would be; or an error of pmk_inputs_find.
 * Logged. `in` as there. */
int pmk_inputs_spare(const struct pmk_settings *settings, const char *in, const char *path)
	__attribute__((warn_unused_result));
/* The same of all files that a live run with these outputs writes. */
int pmk_inputs_spare_outputs(const struct pmk_settings *settings, const struct pmk_pipeline_settings *outputs)
	__attribute__((warn_unused_result));
/* The same of all that is written into a folder. */
int pmk_inputs_spare_folder(const struct pmk_settings *settings, const char *folder)
	__attribute__((warn_unused_result));
/* Let no file that a run with the settings `now` writes become an input by a change to `wanted`. What the change leaves
 * as it is in the model, and the configuration file, refuse nothing, so that the room can be hidden whatever else is
 * wrong. -EINVAL: one would; or an error as of pmk_inputs_find. Logged. */
int pmk_inputs_spare_change(const struct pmk_settings *now, const struct pmk_settings *wanted)
	__attribute__((warn_unused_result));
enum pmk_exit pmk_inputs_exit(int err); /* the code for what these return */

#endif
