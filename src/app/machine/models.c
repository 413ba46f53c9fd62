/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/machine/fetch.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/words/phrase.h"
#include "model/manifest.h"

#include <stdio.h>
#include <string.h>

static enum pmk_exit print_model(const char *name)
{
	struct pmk_model model = { 0 };

	if (pmk_model_load(name, &model))
		return PMK_EXIT_INPUT;
	printf("%s: %s\nfile: %s\nlicence: %s\nsource: %s\nsha256: %s\ninput: %dx%d RGB, value / 255 * %g + %g\n",
		model.card.name, model.card.title, model.path, model.card.licence, model.card.source, model.card.sha256,
		model.card.input_width, model.card.input_height, (double)model.card.scale, (double)model.card.mean);
	pmk_graph_print(&model.graph, stdout);
	pmk_model_finish(&model);
	return PMK_EXIT_OK;
}

static enum pmk_exit check_model(const char *name)
{
	struct pmk_model model = { 0 };

	if (pmk_model_load(name, &model))
		return PMK_EXIT_INPUT;
	printf("%s: valid (%s)\n", name, model.path);
	pmk_model_finish(&model);
	return PMK_EXIT_OK;
}

enum pmk_exit pmk_command_model(struct pmk_options *options)
{
	const char *what = options->args[1], *name = options->arg_count > 2 ? options->args[2] : NULL;
	bool fetches = strcmp(what, "fetch") == 0, lists = strcmp(what, "list") == 0;
	char called[64];

	pmk_phrase(called, sizeof called, "potemkin model %s", what);
	if ((!fetches && pmk_unused_refuse(options, "to", called, "")) ||
		(!lists && pmk_unused_refuse(options, "json", called, "")))
		return PMK_EXIT_USAGE;
	if (lists && !name) {
		options->args[1] = "models";
		return pmk_command_list(options);
	}
	if (strcmp(what, "info") == 0 && name && options->arg_count == 3)
		return print_model(name);
	if (strcmp(what, "check") == 0 && name && options->arg_count == 3)
		return check_model(name);
	if (fetches)
		return pmk_fetch_models(options);
	pmk_error("usage: potemkin model list | info NAME|FILE | check NAME|FILE | fetch [NAME...] [--to FOLDER]");
	return PMK_EXIT_USAGE;
}
