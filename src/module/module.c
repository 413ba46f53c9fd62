/* SPDX-License-Identifier: MIT */
#include "module/module.h"

#include "base/place/installed.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int pmk_module_find(const char *file, char path[PMK_MODULE_PATH], char reason[PMK_MODULE_REASON], enum pmk_cure *cure)
{
	char beside[PMK_MODULE_PATH];

	*cure = PMK_CURE_NONE;
	if (pmk_installed_path(&pmk_installed_beside, file, path, PMK_MODULE_PATH)) {
		snprintf(reason, PMK_MODULE_REASON, "cannot be found without /proc");
		return -ENOPKG;
	}
	if (access(path, F_OK) == 0)
		return 0;
	memcpy(beside, path, sizeof beside);
	if (pmk_installed_path(&pmk_installed_modules, file, path, PMK_MODULE_PATH) == 0 && access(path, F_OK) == 0)
		return 0;
	*cure = PMK_CURE_INSTALL_MODULE;
	snprintf(reason, PMK_MODULE_REASON, "is neither %s nor %s", beside, path);
	return -ENOPKG;
}

/* The loader has no number for that, and errno is not kept. */
static bool is_short_of_memory(const char *why)
{
	static const char map[] =
		"failed to map segment from shared object"; /* more follows if there is another reason */
	size_t length = strlen(why);

	return (length >= sizeof map && strcmp(why + length - (sizeof map - 1), map) == 0) ||
		strstr(why, "annot allocate memory");
}

static void fail_to_load(char reason[PMK_MODULE_REASON], enum pmk_cure *cure)
{
	const char *why = dlerror(); /* names whichever library was the last straw */
	bool memory = is_short_of_memory(why);

	snprintf(reason, PMK_MODULE_REASON, "cannot be loaded: %s", memory ? "not enough memory" : why);
	if (memory)
		*cure = PMK_CURE_MORE_MEMORY;
}

const void *pmk_module_open(const char *path, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const char *exported = object ? dlsym(object, symbol) : NULL;

	*cure = PMK_CURE_MATCHING_MODULE;
	if (!exported)
		fail_to_load(reason, cure);
	else if (strncmp(exported, interface, PMK_MODULE_INTERFACE) != 0)
		snprintf(reason, PMK_MODULE_REASON,
			"belongs to another build of potemkin (%s is \"%.31s\", not \"%s\")", path, exported,
			interface);
	else
		return exported;
	return NULL;
}

const void *pmk_module_load(const char *file, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure)
{
	char path[PMK_MODULE_PATH];

	if (pmk_module_find(file, path, reason, cure))
		return NULL;
	return pmk_module_open(path, symbol, interface, reason, cure);
}
