/* SPDX-License-Identifier: MIT */
/* Locks a live run in (base/guard/guard.h), and says what its starter does for it. */
#ifndef PMK_APP_LIVE_LOCKED_H
#define PMK_APP_LIVE_LOCKED_H

#include "settings/settings.h"

/* Fork the starter, and lock this process in, as settings->sandbox says: PMK_SANDBOX_OFF: neither is done. The
 * starter writes only the configuration file, the files that are outputs, and new .png files, wherever a person
 * wants a snapshot. This process itself makes files only in the folder of the control socket and in that of the user's
 * own backdrops. -ENOSYS, logged: PMK_SANDBOX_ON, and the kernel or this build lacks a part; or another errno, logged.
 * [the only thread] */
int pmk_live_lock(const struct pmk_settings *settings, const struct pmk_pipeline_settings *resolved)
	__attribute__((warn_unused_result));

#endif
