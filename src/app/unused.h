/* SPDX-License-Identifier: MIT */
/* Options that the command knows and this call of it has no use for, such as a codec for a picture. Whoever gives one
 * expects something else, and is told.
 *
 * The one rule: only the command line counts. The configuration file may hold what other calls need. */
#ifndef PMK_APP_UNUSED_H
#define PMK_APP_UNUSED_H

#include "app/options.h"

/* Refuse the option if it was given: true, and logged as "--NAME means nothing to WHAT: WHY"; "" as `why`: without. */
bool pmk_unused_refuse(const struct pmk_options *options, const char *name, const char *what, const char *why);

/* The same as a warning, where the result is what was wanted. */
void pmk_unused_tell(const struct pmk_options *options, const char *name, const char *what, const char *why);

/* That of every option which means something only where one picture follows another: `what` is a single one, or all
 * are. */
void pmk_unused_tell_moving(const struct pmk_options *options, const char *what, const char *why);

/* That of the fit, where no backdrop has to be fitted, nor the picture. Likewise not for a run. */
void pmk_unused_tell_fit(const struct pmk_options *options);

/* That of every option whose whole is missing, such as a size of no overlay. Not for a run, which may get it later. */
void pmk_unused_tell_parts(const struct pmk_options *options);

#endif
