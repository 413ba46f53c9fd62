/* SPDX-License-Identifier: MIT */
/* What a service manager and a second instance want to know: sd_notify(3) of libsystemd, and a lock.
 *
 * The one rule: without a manager, or a runtime directory, all of this does nothing. A build without libsystemd tells a
 * manager nothing, and its service unit expects nothing. Main thread. */
#ifndef PMK_APP_LIVE_SERVICE_H
#define PMK_APP_LIVE_SERVICE_H

#include <stdint.h>

/* One or more lines "NAME=VALUE" of sd_notify(3), such as "READY=1\nSTATUS=.."; to $NOTIFY_SOCKET. */
void pmk_service_notify(const char *lines);

/* How often the manager wants "WATCHDOG=1" at the least, from $WATCHDOG_USEC and $WATCHDOG_PID; 0: not at all. */
uint64_t pmk_service_watchdog_ns(void);

/* Be the only instance in this session that takes all outputs there are: $XDG_RUNTIME_DIR/potemkin/lock, held until the
 * process ends. 0, or -EBUSY with a line that names the other one. */
int pmk_service_lock(void) __attribute__((warn_unused_result));

#endif
