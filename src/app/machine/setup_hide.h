/* SPDX-License-Identifier: MIT */
/* Hides the real cameras from all programs but potemkin: a rule of udev gives them to a user of its own, and a service
 * of the system, which runs as that user, reads them and feeds the virtual camera.
 *
 * The one rule: without the user, the rule would take the cameras from everybody; so the user comes before the rule,
 * and the rule goes before the user's file. What fails half-way can be done again, or undone. */
#ifndef PMK_APP_MACHINE_SETUP_HIDE_H
#define PMK_APP_MACHINE_SETUP_HIDE_H

#include "app/machine/setup.h"

#include <limits.h>

/* The path of this program, for the service. EXIT_USAGE: the service's user cannot read it there, or the system has no
 * systemd; logged. Ask before anything is changed. */
enum pmk_exit pmk_setup_hide_program(const struct pmk_setup *setup, char path[PATH_MAX]);

/* `path` as above. Errors of pmk_setup_write; logged. */
enum pmk_exit pmk_setup_hide(const struct pmk_setup *setup, const char *path);

/* Undo it. *was: there was something to undo. */
enum pmk_exit pmk_setup_show(const struct pmk_setup *setup, bool *was);

/* Whether the cameras are hidden on the machine below this root. */
bool pmk_setup_hides(const char *root);

#endif
