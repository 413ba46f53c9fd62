/* SPDX-License-Identifier: MIT */
#include "base/place/installed.h"

#include "base/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct pmk_installed_place pmk_installed_models = { PMK_MODELS_FROM_BIN, PMK_MODELS_FROM_LIB };
const struct pmk_installed_place pmk_installed_modules = { PMK_MODULES_FROM_BIN, PMK_MODULES_FROM_LIB };
const struct pmk_installed_place pmk_installed_built_models = { "models", NULL };
const struct pmk_installed_place pmk_installed_beside = { "", "" };

/* The file from which this function was mapped. */
static int own_file(char path[PATH_MAX])
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t from, to, here = (uintptr_t)own_file;
	char line[PATH_MAX + 128];
	int err = maps ? -ENOENT : -errno;

	while (maps && err && fgets(line, sizeof line, maps)) {
		const char *slash = strchr(line, '/');

		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2 || here < from || here >= to || !slash)
			continue;
		snprintf(path, PATH_MAX, "%.*s", (int)strcspn(slash, "\n"), slash);
		err = 0;
	}
	if (maps)
		fclose(maps);
	return err;
}

static bool is_library(const char *own)
{
	return strstr(strrchr(own, '/'), ".so") != NULL;
}

int pmk_installed_path(const struct pmk_installed_place *place, const char *file, char *path, size_t size)
{
	char own[PATH_MAX];
	const char *way, *rest;
	int err = own_file(own), used;

	path[0] = '\0';
	if (err)
		return err;
	way = is_library(own) ? place->from_library : place->from_program;
	if (!way)
		return -ENOENT;
	*strrchr(own, '/') = '\0';
	while ((rest = pmk_parse_after(way, "../"))) {
		way = rest;
		*(strrchr(own, '/') ? strrchr(own, '/') : own) = '\0';
	}
	used = snprintf(path, size, "%s%s%s%s%s", *way == '/' ? "" : own, *way && *way != '/' ? "/" : "", way,
		*file ? "/" : "", file);
	if (used >= 0 && (size_t)used < size)
		return 0;
	path[0] = '\0';
	return -ENAMETOOLONG;
}

int pmk_installed_program(char *path, size_t size)
{
	static const struct pmk_installed_place installed = { NULL, PMK_BIN_FROM_LIB };
	char own[PATH_MAX];
	int err = own_file(own);

	if (err || !is_library(own)) {
		snprintf(path, size, "/proc/self/exe");
		return err;
	}
	err = pmk_installed_path(&installed, "potemkin", path, size);
	return err || access(path, X_OK) == 0 ? err : pmk_installed_path(&pmk_installed_beside, "potemkin", path, size);
}
