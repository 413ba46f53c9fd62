/* SPDX-License-Identifier: MIT */
/* pmk_model_load turns a name or a path into a checked network with its card. */
#include "model/manifest.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/open_file.h"
#include "base/parse.h"
#include "base/sha256.h"
#include "base/words/near.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BESIDE_BYTES = 1 << 16 };

const char *const pmk_models_of_auto[PMK_MODELS_OF_AUTO] = { "selfie", "selfie-landscape" };

static bool is_path(const char *text)
{
	return strchr(text, '/') || pmk_parse_ends(text, ".tflite");
}

/* Append a piece to the text, truncated if it does not fit. */
static void append(char *text, size_t size, const char *between, const char *piece)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? between : "", piece);
}

static int complain_unknown(const char *name, const struct pmk_model_card *cards, int count)
{
	struct pmk_near near = pmk_near_to(name);
	char known[512] = "", ask[PMK_NEAR_ASK];

	for (int i = 0; i < count; i++) {
		append(known, sizeof known, ", ", cards[i].name);
		pmk_near_try(&near, "", cards[i].name);
	}
	pmk_near_ask(&near, ask);
	if (*ask)
		pmk_error("model \"%s\" is not known%s", pmk_short(name, 100).text, ask);
	else
		pmk_error("model \"%s\" is not known; known are %s, or give the path of a .tflite file",
			pmk_short(name, 100).text, known);
	return -ENOENT;
}

static int complain_missing(const struct pmk_model_card *card)
{
	char places[2048] = "", directory[4096];

	for (int i = 0; pmk_manifest_place(i, directory, sizeof directory); i++) {
		if (*directory)
			append(places, sizeof places, ", ", directory);
	}
	if (!strncmp(card->source, "https://", 8) || !strncmp(card->source, "npm ", 4))
		pmk_log(PMK_LOG_ERROR, PMK_CURE_FETCH_MODEL, card->name, "model \"%s\" was not found in %s", card->name,
			places);
	else
		pmk_error_cure(PMK_CURE_PLACE_MODEL, "model \"%s\" (%s, from %s) was not found in %s", card->name,
			card->file, card->source[0] ? card->source : "its publisher", places);
	return -ENOENT;
}

static int read_file(const char *path, uint8_t **bytes, size_t *size)
{
	int err = pmk_mem_read_file(path, PMK_MODEL_MAX_BYTES, bytes, size);
	const char *missing = err < 0 ? pmk_open_file_missing(path) : NULL;

	if (err == -EFBIG)
		pmk_error("%s: larger than %d MB, the limit for a model", path, PMK_MODEL_MAX_BYTES >> 20);
	else if (err == -EINVAL)
		pmk_error_cure(PMK_CURE_READABLE_MODEL, "%s: empty, or not a file", path);
	else if (err < 0)
		pmk_error_cure(PMK_CURE_READABLE_MODEL, "%s: %s", path, missing ? missing : strerror(-err));
	return err == -EFBIG || err == -EINVAL ? -EBADMSG : err;
}

/* Read the single card in PATH.ini. */
static int card_beside(const char *path, const char *sha256, struct pmk_model_card *card)
{
	struct pmk_model_card *cards = NULL;
	int count = 0, err;
	char beside[4200];
	uint8_t *text;
	size_t size;

	snprintf(beside, sizeof beside, "%s.ini", path);
	err = pmk_mem_read_file(beside, MOST_BESIDE_BYTES, &text, &size);
	if (err < 0) {
		pmk_error_cure(PMK_CURE_DESCRIBE_MODEL,
			"%s: not a known model (SHA-256 %s), and %s does not describe it: %s", path, sha256, beside,
			strerror(-err));
		return -ENOENT;
	}
	err = pmk_manifest_parse(beside, (const char *)text, true, &cards, &count);
	free(text);
	if (err < 0)
		return err;
	if (count != 1) {
		pmk_error("%s: must have one section, not %d", beside, count);
		err = -EBADMSG;
	} else if (cards[0].sha256[0] && strcmp(cards[0].sha256, sha256)) {
		pmk_error("%s: describes another file: the SHA-256 of %s is %s", beside, path, sha256);
		err = -EBADMSG;
	} else {
		*card = cards[0];
	}
	free(cards);
	return err;
}

static bool has_shape(const struct pmk_tensor *tensor, int height, int width, int channels)
{
	return tensor->dims == 4 && tensor->dim[0] == 1 && tensor->dim[1] == height && tensor->dim[2] == width &&
		tensor->dim[3] == channels;
}

/* Read the network and compare it with its card. */
static int take_network(struct pmk_model *model, const uint8_t *bytes, size_t size)
{
	const struct pmk_model_card *card = &model->card;
	const struct pmk_graph *graph = &model->graph;
	int err = pmk_tflite_read(model->path, bytes, size, &model->graph);

	if (err < 0)
		return err;
	if (has_shape(&graph->tensors[graph->input], card->input_height, card->input_width, 3) &&
		has_shape(
			&graph->tensors[graph->output], card->output_height, card->output_width, card->output_channels))
		return 0;
	pmk_error("%s: its input or output does not have the shape in [%s] of the manifest", model->path, card->name);
	pmk_graph_finish(&model->graph);
	return -EBADMSG;
}

static int load_by_name(const char *name, const struct pmk_model_card *cards, int count, struct pmk_model *model)
{
	const struct pmk_model_card *card = NULL;
	char sha256[PMK_SHA256_HEX];
	uint8_t *bytes;
	size_t size;
	int err;

	for (int i = 0; i < count && !card; i++)
		card = strcmp(cards[i].name, name) ? NULL : &cards[i];
	if (!card)
		return complain_unknown(name, cards, count);
	if (pmk_manifest_find(card, model->path, sizeof model->path) < 0)
		return complain_missing(card);
	err = read_file(model->path, &bytes, &size);
	if (err < 0)
		return err;
	pmk_sha256_of(bytes, size, sha256);
	if (strcmp(sha256, card->sha256)) {
		pmk_error_cure(PMK_CURE_REPLACE_MODEL,
			"%s: is not the model \"%s\" or is damaged: its SHA-256 is %s, not %s", model->path, card->name,
			sha256, card->sha256);
		err = -EBADMSG;
	}
	model->card = *card;
	if (err == 0)
		err = take_network(model, bytes, size);
	free(bytes);
	return err;
}

static int load_by_path(const char *path, const struct pmk_model_card *cards, int count, struct pmk_model *model)
{
	const struct pmk_model_card *card = NULL;
	char sha256[PMK_SHA256_HEX];
	uint8_t *bytes;
	size_t size;
	int err;

	if (snprintf(model->path, sizeof model->path, "%s", path) >= (int)sizeof model->path) {
		pmk_error("%s: %s", pmk_short(path, 60).text, strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	err = read_file(path, &bytes, &size);
	if (err < 0)
		return err;
	pmk_sha256_of(bytes, size, sha256);
	for (int i = 0; i < count && !card; i++)
		card = strcmp(cards[i].sha256, sha256) ? NULL : &cards[i];
	if (card)
		model->card = *card;
	else
		err = card_beside(path, sha256, &model->card);
	if (err == 0)
		err = take_network(model, bytes, size);
	free(bytes);
	return err;
}

static void each_place(const char *file, void (*found)(void *user, const char *path), void *user)
{
	char directory[4096], path[4200];

	for (int i = 0; pmk_manifest_place(i, directory, sizeof directory); i++) {
		if (*directory && snprintf(path, sizeof path, "%s/%s", directory, file) < (int)sizeof path)
			found(user, path);
	}
}

int pmk_model_each_file(const char *name_or_path, void (*found)(void *user, const char *path), void *user)
{
	struct pmk_model_card *cards;
	char beside[4200];
	int count, err = pmk_manifest_cards(&cards, &count);

	if (err < 0)
		return err;
	each_place("manifest.ini", found, user);
	if (is_path(name_or_path)) {
		snprintf(beside, sizeof beside, "%s.ini", name_or_path);
		found(user, name_or_path);
		found(user, beside);
		count = 0;
	}
	for (int i = 0; i < count; i++) {
		if (!strcmp(cards[i].name, name_or_path))
			each_place(cards[i].file, found, user);
	}
	free(cards);
	return 0;
}

int pmk_model_load(const char *name_or_path, struct pmk_model *model)
{
	struct pmk_model *loaded = calloc(1, sizeof *loaded);
	struct pmk_model_card *cards;
	int count, err;

	if (!loaded) {
		pmk_error("model \"%s\": not enough memory", name_or_path);
		return -ENOMEM;
	}
	err = pmk_manifest_cards(&cards, &count);
	if (err == 0) {
		err = is_path(name_or_path) ? load_by_path(name_or_path, cards, count, loaded) :
					      load_by_name(name_or_path, cards, count, loaded);
		free(cards);
	}
	if (err == 0)
		*model = *loaded;
	free(loaded);
	return err;
}

void pmk_model_finish(struct pmk_model *model)
{
	pmk_graph_finish(&model->graph);
	memset(model, 0, sizeof *model);
}
