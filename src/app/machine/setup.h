/* SPDX-License-Identifier: MIT */
/* Makes a virtual camera for potemkin, now and at every boot, and undoes that.
 *
 * The one rule: what fails half-way can be done again. So the device goes before the files that tell which device is
 * ours. One line says what was done, or why not. */
#ifndef PMK_APP_MACHINE_SETUP_H
#define PMK_APP_MACHINE_SETUP_H

#include "app/options.h"

#include <stdbool.h>

struct pmk_setup {
	const char *root; /* "" or a folder that stands for / */
	bool apply, here; /* write files; make and remove the device as well */
	int number; /* of /dev/videoN */
};

/* Remove the device, then the files; where the files are gone already, a device of our name that is left. EXIT_BUSY: a
 * program uses the device, and nothing was removed. Sets `number` to the device's, -1: there is none of ours. */
enum pmk_exit pmk_setup_undo(struct pmk_setup *setup);

#endif
