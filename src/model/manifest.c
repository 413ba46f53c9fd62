/* SPDX-License-Identifier: MIT */
#include "model/manifest.h"

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/place/installed.h"
#include "base/sha256.h"
#include "model/manifest_text.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_CARDS = 256, MOST_BYTES = 1 << 18 };

struct parser {
	struct pmk_model_card *cards;
	int count;
	char why[200]; /* reason of the first error */
};

static int reject(struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int reject(struct parser *parser, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (!parser->why[0])
		vsnprintf(parser->why, sizeof parser->why, format, list);
	va_end(list);
	return 0;
}

static int take_text(struct parser *parser, const char *key, const char *value, char *field, size_t size)
{
	if (!*value || strlen(value) >= size)
		return reject(parser, "%s is empty or longer than %zu characters", key, size - 1);
	strcpy(field, value);
	return 1;
}

static int take_file(struct parser *parser, const char *value, struct pmk_model_card *card)
{
	if (strchr(value, '/'))
		return reject(parser, "file must be a name without directories");
	return take_text(parser, "file", value, card->file, sizeof card->file);
}

static int take_sha256(struct parser *parser, const char *value, struct pmk_model_card *card)
{
	if (strlen(value) != 64 || value[strspn(value, "0123456789abcdef")])
		return reject(parser, "sha256 must be 64 hexadecimal digits in lower case");
	return take_text(parser, "sha256", value, card->sha256, sizeof card->sha256);
}

/* "-1..1": the inputs that stand for 0 and 255. */
static int take_values(struct parser *parser, const char *value, struct pmk_model_card *card)
{
	const char *dots = strstr(value, "..");
	double from, to;
	char first[16];

	if (dots && snprintf(first, sizeof first, "%.*s", (int)(dots - value), value) < (int)sizeof first &&
		pmk_parse_double(first, -1000, 1000, &from) == 0 && pmk_parse_double(dots + 2, -1000, 1000, &to) == 0 &&
		from < to) {
		card->mean = (float)from;
		card->scale = (float)(to - from);
		return 1;
	}
	return reject(parser, "values must be a range such as 0..1");
}

static int take_output(struct parser *parser, const char *value, struct pmk_model_card *card)
{
	static const struct {
		const char *name;
		int channels;
	} kinds[] = {
		[PMK_MODEL_PROBABILITY] = { "probability", 1 },
		[PMK_MODEL_LOGIT] = { "logit", 1 },
		[PMK_MODEL_TWO_LOGITS] = { "two-logits", 2 },
		[PMK_MODEL_CLASS_LOGITS] = { "class-logits", 0 },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(value, kinds[i].name))
			continue;
		card->output = (enum pmk_model_output)i;
		if (kinds[i].channels)
			card->output_channels = kinds[i].channels;
		return 1;
	}
	return reject(parser, "output must be probability, logit, two-logits or class-logits");
}

static int take_size(struct parser *parser, const char *key, const char *value, int *width, int *height)
{
	return pmk_parse_size(value, width, height) == 0 ? 1 : reject(parser, "%s must be a size such as 256x144", key);
}

static int take_number(struct parser *parser, const char *key, const char *value, int *number)
{
	return pmk_parse_int(value, 0, 1024, number) == 0 ? 1 : reject(parser, "%s must be a number up to 1024", key);
}

static struct pmk_model_card *find_card(struct pmk_model_card *cards, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(cards[i].name, name))
			return &cards[i];
	}
	return NULL;
}

static struct pmk_model_card *add_card(struct parser *parser, const char *name)
{
	struct pmk_model_card *card = &parser->cards[parser->count];

	if (!*name || strlen(name) >= sizeof card->name ||
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")]) {
		reject(parser, "a section's name must have 1 to 31 characters of a-z, 0-9, - and _");
		return NULL;
	}
	if (parser->count == MOST_CARDS) {
		reject(parser, "more than %d models", MOST_CARDS);
		return NULL;
	}
	strcpy(card->name, name);
	parser->count++;
	return card;
}

/* The handler for libinih. It returns 1, or 0 for an invalid line. */
static int take_line(void *user, const char *section, const char *key, const char *value)
{
	struct parser *parser = user;
	struct pmk_model_card *card = find_card(parser->cards, parser->count, section);

	if (!card)
		card = add_card(parser, section);
	if (!card)
		return 0;
	if (!strcmp(key, "title"))
		return take_text(parser, key, value, card->title, sizeof card->title);
	if (!strcmp(key, "file"))
		return take_file(parser, value, card);
	if (!strcmp(key, "sha256"))
		return take_sha256(parser, value, card);
	if (!strcmp(key, "licence"))
		return take_text(parser, key, value, card->licence, sizeof card->licence);
	if (!strcmp(key, "source"))
		return take_text(parser, key, value, card->source, sizeof card->source);
	if (!strcmp(key, "input"))
		return take_size(parser, key, value, &card->input_width, &card->input_height);
	if (!strcmp(key, "values"))
		return take_values(parser, value, card);
	if (!strcmp(key, "output"))
		return take_output(parser, value, card);
	if (!strcmp(key, "output-size"))
		return take_size(parser, key, value, &card->output_width, &card->output_height);
	if (!strcmp(key, "channels"))
		return take_number(parser, key, value, &card->output_channels);
	if (!strcmp(key, "person"))
		return take_number(parser, key, value, &card->person_index);
	return reject(parser, "unknown key %s", key);
}

/* What is missing or contradictory in a card; NULL if nothing is. */
static const char *incomplete(const struct pmk_model_card *card, bool beside)
{
	if (!beside && (!card->file[0] || !card->sha256[0] || !card->licence[0]))
		return "file, sha256 or licence is missing";
	if (!card->input_width || !card->output_width)
		return "input or output-size is missing";
	if (card->scale <= 0)
		return "values is missing";
	if (card->output != PMK_MODEL_CLASS_LOGITS)
		return card->person_index || card->output_channels != 1 + (card->output == PMK_MODEL_TWO_LOGITS) ?
			"output is missing, or channels and person do not fit it" :
			NULL;
	if (card->output_channels < 2)
		return "channels must be 2 or more: one for the person, one or more for the rest";
	return card->person_index < card->output_channels ? NULL : "person must be below channels";
}

static int check_cards(const char *name, const struct parser *parser, bool beside)
{
	for (int i = 0; i < parser->count; i++) {
		const char *why = incomplete(&parser->cards[i], beside);

		if (why) {
			pmk_error_cure(PMK_CURE_FIX_MANIFEST, "%s: [%s]: %s", name, parser->cards[i].name, why);
			return -EBADMSG;
		}
	}
	return 0;
}

int pmk_manifest_parse(const char *name, const char *text, bool beside, struct pmk_model_card **cards, int *count)
{
	struct parser parser = { .cards = calloc(MOST_CARDS + 1, sizeof *parser.cards) };
	int line, err;

	if (!parser.cards) {
		pmk_error("%s: not enough memory", name);
		return -ENOMEM;
	}
	line = pmk_parse_long_line(text);
	if (line)
		reject(&parser, "longer than %d characters", PMK_PARSE_LINE);
	else
		line = ini_parse_string(text, take_line, &parser);
	if (line) {
		pmk_error_cure(PMK_CURE_FIX_MANIFEST, "%s:%d: %s", name, line,
			parser.why[0] ? parser.why : "neither [section] nor key = value");
		err = -EBADMSG;
	} else {
		err = check_cards(name, &parser, beside);
	}
	if (err < 0) {
		free(parser.cards);
		return err;
	}
	*cards = parser.cards;
	*count = parser.count;
	return 0;
}

int pmk_manifest_place(int index, char *path, size_t size)
{
	const char *list = getenv("POTEMKIN_MODELS");

	while (list && *list) {
		int length = (int)strcspn(list, ":");

		if (length && index-- == 0) {
			snprintf(path, size, "%.*s", length, list);
			return 1;
		}
		list += length + (list[length] == ':');
	}
	if (index == 0)
		(void)!pmk_folder_of_user("models", path, size); /* an empty path is none */
	else if (index == 1)
		(void)!pmk_installed_path(&pmk_installed_models, "", path, size);
	else if (index == 2 && (pmk_installed_path(&pmk_installed_built_models, "", path, size) || access(path, F_OK)))
		path[0] = '\0';
	return index <= 2;
}

/* Append cards whose names are new. */
static int merge(struct pmk_model_card **cards, int *count, const struct pmk_model_card *more, int more_count)
{
	struct pmk_model_card *all = realloc(*cards, (size_t)(*count + more_count + 1) * sizeof *all);

	if (!all) {
		pmk_error("models: not enough memory");
		return -ENOMEM;
	}
	for (int i = 0; i < more_count; i++) {
		if (!find_card(all, *count, more[i].name))
			all[(*count)++] = more[i];
	}
	*cards = all;
	return 0;
}

static int merge_file(const char *directory, struct pmk_model_card **cards, int *count)
{
	struct pmk_model_card *more;
	char path[4096];
	uint8_t *text;
	int more_count, err;
	size_t size;

	if (!*directory || snprintf(path, sizeof path, "%s/manifest.ini", directory) >= (int)sizeof path)
		return 0;
	err = pmk_mem_read_file(path, MOST_BYTES, &text, &size);
	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err < 0) {
		pmk_error_cure(PMK_CURE_FIX_MANIFEST, "%s: cannot be read: %s", path,
			err == -EINVAL ? "not a file" : strerror(-err));
		return err;
	}
	err = pmk_manifest_parse(path, (const char *)text, false, &more, &more_count);
	free(text);
	if (err < 0)
		return err;
	err = merge(cards, count, more, more_count);
	free(more);
	return err;
}

int pmk_manifest_cards(struct pmk_model_card **cards, int *count)
{
	struct pmk_model_card *all;
	int all_count, err = pmk_manifest_parse("built-in manifest", PMK_MANIFEST_TEXT, false, &all, &all_count);
	char directory[4096];

	if (err < 0)
		return err;
	for (int i = 0; err == 0 && pmk_manifest_place(i, directory, sizeof directory); i++)
		err = merge_file(directory, &all, &all_count);
	if (err < 0) {
		free(all);
		return err;
	}
	*cards = all;
	*count = all_count;
	return 0;
}

int pmk_manifest_find(const struct pmk_model_card *card, char *path, size_t size)
{
	char directory[4096], candidate[4200];
	bool first = true;
	struct stat file;

	for (int i = 0; pmk_manifest_place(i, directory, sizeof directory); i++) {
		if (!*directory)
			continue;
		snprintf(candidate, sizeof candidate, "%s/%s", directory, card->file);
		if (strlen(candidate) >= size)
			continue;
		if (stat(candidate, &file) == 0 && S_ISREG(file.st_mode)) {
			strcpy(path, candidate);
			return 0;
		}
		if (first)
			strcpy(path, candidate);
		first = false;
	}
	return -ENOENT;
}

bool pmk_manifest_fits(const struct pmk_model_card *card, const char *path)
{
	char hex[PMK_SHA256_HEX];
	uint8_t *data;
	size_t size;

	if (pmk_mem_read_file(path, PMK_MODEL_MAX_BYTES, &data, &size))
		return false;
	pmk_sha256_of(data, size, hex);
	free(data);
	return strcmp(hex, card->sha256) == 0;
}
