/* SPDX-License-Identifier: MIT */
/* The known models: models/manifest.ini (libinih). Nothing is guessed from a file name: a file is known by its SHA-256,
 * or by a manifest beside it (PATH.ini, one section, sha256 optional).
 * Errors are logged in one line and given as negative errno. */
#ifndef PMK_MODEL_MANIFEST_H
#define PMK_MODEL_MANIFEST_H

#include "model/graph.h"

enum pmk_model_output {
	PMK_MODEL_PROBABILITY, /* one channel, 0..1 */
	PMK_MODEL_LOGIT, /* one channel, person by the logistic function */
	PMK_MODEL_TWO_LOGITS, /* background, person */
	PMK_MODEL_CLASS_LOGITS, /* person_index among channels */
};

struct pmk_model_card {
	char name[32], file[96], sha256[65], licence[64], source[256], title[96];
	int input_width, input_height; /* px; 3 channels RGB */
	/* input = value / 255 * scale + mean: 0..1 is scale 1, mean 0; -1..1 is scale 2, mean -1 */
	float mean, scale;
	enum pmk_model_output output;
	int output_width, output_height, output_channels;
	int person_index; /* PMK_MODEL_CLASS_LOGITS, else 0 */
};

/* A model ready for an engine. */
struct pmk_model {
	struct pmk_model_card card;
	struct pmk_graph graph;
	char path[4096];
};

enum { PMK_MODEL_MAX_BYTES = 64 << 20 };

/* The cards of the manifest that was built in and of any manifest.ini in the search path. *cards is the caller's,
 * free(). */
int pmk_manifest_cards(struct pmk_model_card **cards, int *count) __attribute__((warn_unused_result));

/* The cards of one manifest's text; `name` is its file, for messages. A card of a manifest.ini needs file and sha256
 * (`beside` false), one beside a model does not. -EBADMSG (logged), -ENOMEM. *cards is the caller's, free(). */
int pmk_manifest_parse(const char *name, const char *text, bool beside, struct pmk_model_card **cards, int *count)
	__attribute__((warn_unused_result));

/* Directory number `index` of the search order below: 1; 0 past the last one. An empty `path` is a place that this user
 * lacks. */
int pmk_manifest_place(int index, char *path, size_t size);

/* Where a model's file lies: $POTEMKIN_MODELS (a colon-separated list), $XDG_DATA_HOME/potemkin/models, the install
 * prefix, the build tree's models/. 0, or -ENOENT with the first place, where it should be put, in `path`. Logs
 * nothing. */
int pmk_manifest_find(const struct pmk_model_card *card, char *path, size_t size) __attribute__((warn_unused_result));

/* Whether the file is the card's own, by its SHA-256. Logs nothing. */
bool pmk_manifest_fits(const struct pmk_model_card *card, const char *path);

/* Load and check a model by name, or by path when the text holds a '/' or ends in ".tflite".
 * -ENOENT (no such model, or its file is missing: says which command gets it), -EBADMSG (damaged, hash or shapes do not
 * fit), -ENOTSUP. */
int pmk_model_load(const char *name_or_path, struct pmk_model *model) __attribute__((warn_unused_result));
void pmk_model_finish(struct pmk_model *model); /* a zeroed model is fine too */

#endif
