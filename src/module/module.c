/* SPDX-License-Identifier: MIT */
#include "text/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The program's own directory, with a slash. It comes from the kernel, so that the environment cannot change it. */
static bool own_directory(char path[PATH_MAX])
{
	ssize_t bytes = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (bytes < 0)
		return false;
	path[bytes] = '\0';
	*(strrchr(path, '/') + 1) = '\0';
	return true;
}

static const void *load(const char *path, const char *symbol, const char *interface, char *reason)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const char *exported = object ? dlsym(object, symbol) : NULL;

	if (!exported)
		snprintf(reason, PMK_MODULE_REASON, "cannot be loaded: %s", dlerror());
	else if (strncmp(exported, interface, PMK_MODULE_INTERFACE) != 0)
		snprintf(reason, PMK_MODULE_REASON,
			"belongs to another build of potemkin (%s is \"%.31s\", not \"%s\")", path, exported,
			interface);
	else
		return exported;
	if (object)
		dlclose(object);
	return NULL;
}

const void *pmk_module_load(const char *file, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure)
{
	char own[PATH_MAX], path[2][PATH_MAX + sizeof PMK_MEDIA_FROM_BIN + NAME_MAX];

	*cure = PMK_CURE_NONE;
	if (!own_directory(own)) {
		snprintf(reason, PMK_MODULE_REASON, "cannot be found without /proc");
		return NULL;
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path[i], sizeof path[i], "%s%s%s", own, i ? PMK_MEDIA_FROM_BIN "/" : "", file);
		if (access(path[i], F_OK) < 0)
			continue;
		*cure = PMK_CURE_MATCHING_MODULE;
		return load(path[i], symbol, interface, reason);
	}
	*cure = PMK_CURE_INSTALL_MODULE;
	snprintf(reason, PMK_MODULE_REASON, "is neither %s nor %s", path[0], path[1]);
	return NULL;
}
