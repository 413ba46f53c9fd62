/* SPDX-License-Identifier: MIT */
/* Modules: shared objects with parts of the program that can be left out. Libraries that only such a part needs are
 * loaded with it, when it is used first.
 *
 * The one rule: a module that was not built together with the program is refused before anything in it is called. So
 * what it exports is a struct that begins with `char interface[32]`, the name of the interface it was built for.
 *
 * A module is never unloaded, not even a refused one. Libraries that came with it may have given the process pointers
 * into themselves, as libquadmath gives the C library for the "%f" of every printf (FFmpeg's filters bring it): while
 * they take them back and go, another thread may be on its way into them.
 *
 * A module is looked for beside the program, where the build leaves it, then where `make install` puts it
 * (base/place/installed.h). Any thread. */
#ifndef PMK_MODULE_MODULE_H
#define PMK_MODULE_MODULE_H

#include "base/cure.h"

#include <errno.h>
#include <limits.h>

enum { PMK_MODULE_INTERFACE = 32, PMK_MODULE_PATH = PATH_MAX + 320, PMK_MODULE_REASON = 2 * PMK_MODULE_PATH + 64 };

/* What cannot be used without it fails with this: -ENOMEM, there was no memory to load it; or -ENOPKG. */
static inline int pmk_module_error(enum pmk_cure cure)
{
	return cure == PMK_CURE_MORE_MEMORY ? -ENOMEM : -ENOPKG;
}

/* Functions that fail give the reason, to follow the module's name in a sentence, and the kind of remedy. Nothing is
 * logged. */

/* The path of the module `file`. -ENOPKG: there is none. */
int pmk_module_find(const char *file, char path[PMK_MODULE_PATH], char reason[PMK_MODULE_REASON], enum pmk_cure *cure)
	__attribute__((warn_unused_result));

/* Load the module at `path`. The struct that it exports as `symbol`, or NULL. */
const void *pmk_module_open(const char *path, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure) __attribute__((warn_unused_result));

/* Find and load the module `file`. As pmk_module_open. */
const void *pmk_module_load(const char *file, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure) __attribute__((warn_unused_result));

#endif
