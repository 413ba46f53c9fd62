/* SPDX-License-Identifier: MIT */
/* Modules: shared objects with parts of the program that can be left out. Libraries that only such a part needs are
 * loaded with it, when it is used first.
 *
 * The one rule: a module that was not built together with the program is refused before anything in it is called. So
 * what it exports is a struct that begins with `char interface[32]`, the name of the interface it was built for.
 *
 * A module is looked for beside the program, where the build leaves it, then where `make install` puts it, which is
 * told from the program's own place; the working directory and the environment have no influence. Any thread. */
#ifndef PMK_TEXT_MODULE_H
#define PMK_TEXT_MODULE_H

#include "base/cure.h"

enum { PMK_MODULE_INTERFACE = 32, PMK_MODULE_REASON = 9000 };

/* Load the module `file`; it stays loaded. The struct that it exports as `symbol`, or NULL with the reason, to follow
 * the module's name in a sentence, and the kind of remedy. Nothing is logged. */
const void *pmk_module_load(const char *file, const char *symbol, const char *interface, char reason[PMK_MODULE_REASON],
	enum pmk_cure *cure) __attribute__((warn_unused_result));

#endif
