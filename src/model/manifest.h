/* SPDX-License-Identifier: MIT */
/* The known models, from models/manifest.ini (libinih), and how to find and load them.
 *
 * The one rule: nothing is guessed from a file name. A file is identified by its SHA-256, or by a manifest beside it
 * (PATH.ini with one section, where sha256 is optional).
 *
 *	if (pmk_model_load("selfie", &model) == 0)
 *		... model.graph, model.card ...
 *
 * Errors are logged in one line and returned as negative errno, unless a function says otherwise. Any thread. */
#ifndef PMK_MODEL_MANIFEST_H
#define PMK_MODEL_MANIFEST_H

#include "model/graph.h"

enum pmk_model_output {
	PMK_MODEL_PROBABILITY, /* one channel, 0..1 */
	PMK_MODEL_LOGIT, /* one channel; the logistic function gives the probability */
	PMK_MODEL_TWO_LOGITS, /* background, person */
	PMK_MODEL_CLASS_LOGITS, /* one channel per class; the person's is person_index */
};

struct pmk_model_card {
	char name[32], file[96], sha256[65], licence[64], source[256], title[96];
	int input_width, input_height; /* px; 3 channels, RGB */
	/* input = value / 255 * scale + mean. For inputs of 0..1 scale is 1 and mean 0; for -1..1 scale is 2 and mean
	 * -1 */
	float mean, scale;
	enum pmk_model_output output;
	int output_width, output_height, output_channels;
	int person_index; /* of PMK_MODEL_CLASS_LOGITS, otherwise 0 */
};

/* A loaded model, ready for an engine. */
struct pmk_model {
	struct pmk_model_card card;
	struct pmk_graph graph;
	char path[4096];
};

enum { PMK_MODEL_MAX_BYTES = 64 << 20 };

/* The cards of the built-in manifest and of each manifest.ini in the search path. The caller frees *cards with free().
 */
int pmk_manifest_cards(struct pmk_model_card **cards, int *count) __attribute__((warn_unused_result));

/* Parse the text of a manifest; `name` is its file, for messages. A card needs file, sha256 and licence unless the
 * manifest lies `beside` a model. -EBADMSG, -ENOMEM; logged. The caller frees *cards with free(). */
int pmk_manifest_parse(const char *name, const char *text, bool beside, struct pmk_model_card **cards, int *count)
	__attribute__((warn_unused_result));

/* Directory number `index`, from 0, in the search order of pmk_manifest_find. Returns 1, or 0 after the last one.
 * `path` is empty if this user has no such directory. */
int pmk_manifest_place(int index, char *path, size_t size);

/* Find the file of a model. The search order is $POTEMKIN_MODELS (a colon-separated list),
 * $XDG_DATA_HOME/potemkin/models, where `make install` puts them, and for a program in its build's folder, models/ of
 * the source tree. On -ENOENT `path` is the first place, where the file should be put. Nothing is logged. */
int pmk_manifest_find(const struct pmk_model_card *card, char *path, size_t size) __attribute__((warn_unused_result));

/* Whether the file has the card's SHA-256. Nothing is logged. */
bool pmk_manifest_fits(const struct pmk_model_card *card, const char *path);

/* The models that "auto" stands for, by name (find/look.h): that of the view, and that of looks at a wide picture. */
enum { PMK_MODELS_OF_AUTO = 2 };
extern const char *const pmk_models_of_auto[PMK_MODELS_OF_AUTO];

/* Call `found` for each path that pmk_model_load would try to read, whether there is a file or not. Errors of
 * pmk_manifest_cards. */
int pmk_model_each_file(const char *name_or_path, void (*found)(void *user, const char *path), void *user)
	__attribute__((warn_unused_result));

/* Load and check a model, by path if the text contains a '/' or ends in ".tflite", otherwise by name. -ENOENT: there is
 * no such model, or its file is missing; -EBADMSG: the file is damaged, or its hash or shapes do not match the card;
 * -ENOTSUP: an unknown operator or type; -ENOMEM. */
int pmk_model_load(const char *name_or_path, struct pmk_model *model) __attribute__((warn_unused_result));
void pmk_model_finish(struct pmk_model *model); /* a zeroed model is allowed */

#endif
