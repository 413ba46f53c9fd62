/* SPDX-License-Identifier: MIT */
/* Files that belong to the program, found from the place of the file that this code is in: the program, or the library
 * that another program has loaded. So an installed tree may be moved or staged, and names no folder of its build.
 *
 * The one rule: the kernel tells that place; the working directory and the environment have no influence. Any thread.
 */
#ifndef PMK_BASE_PLACE_INSTALLED_H
#define PMK_BASE_PLACE_INSTALLED_H

#include <stddef.h>

struct pmk_installed_place {
	const char *from_program, *from_library; /* the way from the folder of either; NULL: there is none */
};

/* The folders that `make install` fills. An absolute path stays one. */
extern const struct pmk_installed_place pmk_installed_models, pmk_installed_modules;
extern const struct pmk_installed_place
	pmk_installed_built_models; /* where the build leaves a link to those of the source tree */
extern const struct pmk_installed_place pmk_installed_beside; /* the folder itself: the build leaves all parts in one */

/* The path of `file` there, which need not exist. -ENOENT: there is no such way; -ENAMETOOLONG; or the errno of reading
 * /proc. `path` is "" on failure. */
int pmk_installed_path(const struct pmk_installed_place *place, const char *file, char *path, size_t size)
	__attribute__((warn_unused_result));

/* A path that starts the program anew: "/proc/self/exe", or for the library the program that was installed or built
 * with it. Errors as above. */
int pmk_installed_program(char *path, size_t size) __attribute__((warn_unused_result));

#endif
