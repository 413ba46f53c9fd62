/* SPDX-License-Identifier: MIT */
/* manifest.ini among the models, and the one beside a model's file. Cards that are accepted make sense. */
#include "fuzz.h"
#include "model/manifest.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct pmk_model_card *card, bool beside)
{
	if (!card->name[0] || strchr(card->file, '/') || card->input_width <= 0 || card->input_height <= 0)
		abort();
	if (!beside && (!card->file[0] || strlen(card->sha256) != 64))
		abort();
	if (card->person_index < 0 || (card->output_channels && card->person_index >= card->output_channels))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	struct pmk_model_card *cards;
	int count;

	if (!text)
		return 0;
	memcpy(text, bytes, size);
	text[size] = '\0';
	for (int beside = 0; beside < 2; beside++) {
		if (pmk_manifest_parse("manifest.ini", text, beside, &cards, &count) < 0)
			continue;
		for (int i = 0; i < count; i++)
			check(&cards[i], beside);
		free(cards);
	}
	free(text);
	return 0;
}
