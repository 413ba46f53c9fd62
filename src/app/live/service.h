/* SPDX-License-Identifier: MIT */
/* Messages to a service manager, by libsystemd's sd_notify(3), and a lock against a second instance of the program.
 *
 * The one rule: without a service manager or a runtime directory, all of this does nothing. A build without libsystemd
 * tells the manager nothing, and its service unit expects nothing. Main thread. */
#ifndef PMK_APP_LIVE_SERVICE_H
#define PMK_APP_LIVE_SERVICE_H

#include <stdint.h>

/* Send lines "NAME=VALUE" of sd_notify(3), such as "READY=1\nSTATUS=..", to $NOTIFY_SOCKET. */
void pmk_service_notify(const char *lines);

/* The longest time that the manager waits for "WATCHDOG=1", from $WATCHDOG_USEC and $WATCHDOG_PID; 0: it expects none.
 */
uint64_t pmk_service_watchdog_ns(void);

/* Become the only instance in this session that takes all outputs, by locking $XDG_RUNTIME_DIR/potemkin/lock until the
 * process ends. 0, or -EBUSY if another instance holds the lock, which is logged with its process number. */
int pmk_service_lock(void) __attribute__((warn_unused_result));

#endif
