/* SPDX-License-Identifier: MIT */
/* Tests of the known models: the list, the search for their files, and the messages if one is missing or wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/cures.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/manifest.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static int lines;
static char last_line[4096];

static void keep_line(void *user, enum pmk_log_level level, const char *line)
{
	lines++;
	snprintf(last_line, sizeof last_line, "%s", line);
}

static const char *in_directory(const char *name)
{
	static char path[8][256];
	static int next;

	next = (next + 1) % 8;
	snprintf(path[next], sizeof path[next], "%s/%s", directory, name);
	return path[next];
}

static void write_file(const char *name, const void *data, size_t size)
{
	FILE *file = fopen(in_directory(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

/* Each test has a directory of its own, the only place besides the built-in ones. */
static int begin(void **state)
{
	strcpy(directory, "/tmp/potemkin-manifest-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	setenv("POTEMKIN_MODELS", directory, 1);
	setenv("XDG_DATA_HOME", directory, 1);
	pmk_log_set_cures(pmk_cures);
	pmk_log_redirect(keep_line, NULL);
	lines = 0;
	last_line[0] = '\0';
	return 0;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	return remove(path);
}

static int end(void **state)
{
	pmk_log_redirect(NULL, NULL);
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void assert_says(const char *part)
{
	assert_int_equal(lines, 1);
	if (!strstr(last_line, part))
		fail_msg("\"%s\" does not say \"%s\"", last_line, part);
	lines = 0;
}

static void assert_load(const char *name, int err, const char *part)
{
	struct pmk_model model, untouched;

	memset(&model, 0x5a, sizeof model);
	untouched = model;
	assert_int_equal(pmk_model_load(name, &model), err);
	assert_memory_equal(&model, &untouched, sizeof model);
	assert_says(part);
}

static struct pmk_model_card card_named(const char *name)
{
	struct pmk_model_card *cards, card = { 0 };
	int count;

	assert_int_equal(pmk_manifest_cards(&cards, &count), 0);
	for (int i = 0; i < count; i++) {
		if (!strcmp(cards[i].name, name))
			card = cards[i];
	}
	free(cards);
	assert_string_equal(card.name, name);
	return card;
}

static void knows_four_models(void **state)
{
	struct pmk_model_card card = card_named("selfie-landscape");

	assert_string_equal(card.file, "selfie_segmentation_landscape.tflite");
	assert_int_equal(card.input_width, 256);
	assert_int_equal(card.input_height, 144);
	assert_true(card.mean == 0 && card.scale == 1);
	assert_int_equal(card.output, PMK_MODEL_PROBABILITY);
	assert_int_equal(card.output_channels, 1);
	card = card_named("deeplabv3");
	assert_true(card.mean == -1 && card.scale == 2);
	assert_int_equal(card.output, PMK_MODEL_CLASS_LOGITS);
	assert_int_equal(card.output_channels, 21);
	assert_int_equal(card.person_index, 15);
	assert_int_equal(card_named("bodypix").output_width, 33);
	assert_int_equal(card_named("selfie").output, PMK_MODEL_PROBABILITY);
	assert_int_equal(lines, 0);
}

static const char three[] =
	"[far]\nfile = far.tflite\nsha256 = 0123456789012345678901234567890123456789012345678901234567890123\nlicence "
	"= MIT\n"
	"source = https://models.example/far.tflite\ninput = 32x16\nvalues = -0.5..1.5\noutput = "
	"two-logits\noutput-size = 32x16\n"
	"[packed]\nfile = packed.tflite\nsha256 = "
	"1123456789012345678901234567890123456789012345678901234567890123\nlicence = MIT\n"
	"source = npm package packed 1\ninput = 32x16\nvalues = 0..1\noutput = logit\noutput-size = 32x16\n"
	"[private]\nfile = private.tflite\nsha256 = "
	"2123456789012345678901234567890123456789012345678901234567890123\nlicence = MIT\n"
	"source = my friend\ninput = 32x16\nvalues = 0..1\noutput = logit\noutput-size = 32x16\n"
	"[selfie]\nfile = other.tflite\nsha256 = "
	"3123456789012345678901234567890123456789012345678901234567890123\nlicence = MIT\n"
	"input = 32x16\nvalues = 0..1\noutput = logit\noutput-size = 32x16\n";

static void adds_cards_of_the_search_path(void **state)
{
	struct pmk_model_card card;

	write_text("manifest.ini", three);
	card = card_named("far");
	assert_true(card.mean == -0.5f && card.scale == 2);
	assert_int_equal(card.output_channels, 2);
	assert_string_equal(card_named("selfie").file, "selfie_segmentation.tflite"); /* the built-in one stays */
}

static void says_where_it_looked_and_what_to_do(void **state)
{
	char looked[128];

	write_text("manifest.ini", three);
	snprintf(looked, sizeof looked, "model \"far\" was not found in %s, ", directory);
	assert_load("far", -ENOENT, looked);
	assert_load("far", -ENOENT, "; get it with `potemkin model fetch far`");
	assert_load("packed", -ENOENT, "; get it with `potemkin model fetch packed`");
	assert_load("private", -ENOENT, "(private.tflite, from my friend) was not found in ");
	assert_load("nobody", -ENOENT, "known are selfie, selfie-landscape, deeplabv3, bodypix, far, packed, private,");
	assert_load(in_directory("nothing.tflite"), -ENOENT, "nothing.tflite: there is no such file");
}

static void searches_in_order(void **state)
{
	struct pmk_model_card card = { .name = "x", .file = "x.tflite" };
	char path[4096], both[256];

	assert_int_equal(pmk_manifest_find(&card, path, sizeof path), -ENOENT);
	assert_string_equal(path, in_directory("x.tflite"));
	assert_int_equal(mkdir(in_directory("potemkin"), 0700), 0);
	assert_int_equal(mkdir(in_directory("potemkin/models"), 0700), 0);
	write_text("potemkin/models/x.tflite", "x");
	assert_int_equal(pmk_manifest_find(&card, path, sizeof path), 0);
	assert_string_equal(path, in_directory("potemkin/models/x.tflite"));
	assert_int_equal(mkdir(in_directory("later"), 0700), 0);
	write_text("later/x.tflite", "x");
	snprintf(both, sizeof both, ":%s::%s/later", directory, directory);
	setenv("POTEMKIN_MODELS", both, 1);
	assert_int_equal(pmk_manifest_find(&card, path, sizeof path), 0);
	assert_string_equal(path, in_directory("later/x.tflite"));
	assert_int_equal(mkdir(in_directory("x.tflite"), 0700), 0); /* a directory is no model */
	assert_int_equal(pmk_manifest_find(&card, path, sizeof path), 0);
	assert_string_equal(path, in_directory("later/x.tflite"));
	assert_int_equal(lines, 0);
}

static void refuses_another_file_of_that_name(void **state)
{
	write_text("selfie_segmentation.tflite", "something else");
	assert_load("selfie", -EBADMSG, "not the model \"selfie\" or is damaged");
	write_text("selfie_segmentation.tflite", "");
	assert_load("selfie", -EBADMSG, "empty");
}

#define FIFTY "01234567890123456789012345678901234567890123456789"

static void refuses_wrong_manifests(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "file = x\n", "manifest.ini:1: a section's name" },
		{ "[UPPER]\nfile = x\n", "manifest.ini:2: a section's name" },
		{ "[a]\nfile = ../x\n", "manifest.ini:2: file must be a name" },
		{ "[a]\ntitle = x\nsha256 = 12\n", "manifest.ini:3: sha256" },
		{ "[a]\ninput = 0x0\n", "manifest.ini:2: input" },
		{ "[a]\nvalues = 1..0\n", "manifest.ini:2: values" },
		{ "[a]\nvalues = nan..1\n", "manifest.ini:2: values" },
		{ "[a]\noutput = mask\n", "manifest.ini:2: output" },
		{ "[a]\nperson = -1\n", "manifest.ini:2: person" },
		{ "[a]\ncolour = red\n", "manifest.ini:2: unknown key colour" },
		{ "[a]\nnonsense\n", "manifest.ini:2: neither" },
		{ "[a]\n; " FIFTY FIFTY FIFTY FIFTY "\nwidth = 3\n", "manifest.ini:2: longer than 198" },
		{ "[a]\ntitle = x\n", "[a]: file, sha256 or licence is missing" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_text("manifest.ini", cases[i].text);
		assert_load("selfie", -EBADMSG, cases[i].says);
	}
}

static const char beside[] = "[mine]\ninput = 256x144\nvalues = 0..1\noutput = probability\noutput-size = 256x144\n";

/* The landscape network under another name, then with an extra byte, which makes it another file. */
static void loads_by_path(void **state)
{
	struct pmk_model model;
	uint8_t *bytes;
	size_t size;

	if (pmk_mem_read_file(PMK_SOURCE_MODELS "/selfie_segmentation_landscape.tflite", 1 << 20, &bytes, &size) < 0) {
		print_message("skipped: needs the default model (make models)\n");
		skip();
	}
	write_file("a.tflite", bytes, size);
	assert_int_equal(pmk_model_load(in_directory("a.tflite"), &model), 0);
	assert_string_equal(model.card.name, "selfie-landscape");
	assert_string_equal(model.path, in_directory("a.tflite"));
	assert_int_equal(model.graph.op_count, 136);
	pmk_model_finish(&model);
	write_file("a.tflite", bytes, size + 1);
	free(bytes);
	assert_load(in_directory("a.tflite"), -ENOENT, "a.tflite.ini does not describe it");
	write_text("a.tflite.ini", beside);
	assert_int_equal(pmk_model_load(in_directory("a.tflite"), &model), 0);
	assert_string_equal(model.card.name, "mine");
	pmk_model_finish(&model);
	write_text("a.tflite.ini",
		"[mine]\ninput = 256x256\nvalues = 0..1\noutput = probability\noutput-size = 256x256\n");
	assert_load(in_directory("a.tflite"), -EBADMSG, "does not have the shape in [mine]");
	write_text("a.tflite.ini",
		"[mine]\nsha256 = 0123456789012345678901234567890123456789012345678901234567890123\n"
		"input = 256x144\nvalues = 0..1\noutput = probability\noutput-size = 256x144\n");
	assert_load(in_directory("a.tflite"), -EBADMSG, "describes another file");
	write_text("a.tflite.ini", "; nothing\n");
	assert_load(in_directory("a.tflite"), -EBADMSG, "must have one section, not 0");
}

static void loads_by_name(void **state)
{
	struct pmk_model model;

	if (access(PMK_SOURCE_MODELS "/selfie_segmentation.tflite", R_OK)) {
		print_message("skipped: needs the default model (make models)\n");
		skip();
	}
	assert_int_equal(pmk_model_load("selfie", &model), 0);
	assert_string_equal(model.card.name, "selfie");
	assert_int_equal(model.graph.tensors[model.graph.input].dim[1], 256);
	pmk_model_finish(&model);
	assert_int_equal(lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_four_models, begin, end),
		cmocka_unit_test_setup_teardown(adds_cards_of_the_search_path, begin, end),
		cmocka_unit_test_setup_teardown(says_where_it_looked_and_what_to_do, begin, end),
		cmocka_unit_test_setup_teardown(searches_in_order, begin, end),
		cmocka_unit_test_setup_teardown(refuses_another_file_of_that_name, begin, end),
		cmocka_unit_test_setup_teardown(refuses_wrong_manifests, begin, end),
		cmocka_unit_test_setup_teardown(loads_by_path, begin, end),
		cmocka_unit_test_setup_teardown(loads_by_name, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
