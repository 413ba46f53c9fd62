/* SPDX-License-Identifier: MIT */
/* Ask the running potemkin for something, and tell the user why there is no answer.
 *
 * The one rule: each first answer is waited for 60 s and no longer; after 10 s the user is told, or that the process is
 * stopped. Where nothing can be asked, a slip in the request is told first. One thread. */
#ifndef PMK_APP_LIVE_ASK_H
#define PMK_APP_LIVE_ASK_H

#include "app/live/link.h"
#include "core/exit_code.h"

#include <cjson/cJSON.h>

/* `request` is an object with "command" and "args". Gives an answer that is no failure, which the caller deletes, and
 * the connection, which the caller closes; `link` NULL: it is closed. Otherwise an exit code, logged. */
enum pmk_exit pmk_ask(const cJSON *request, cJSON **answer, struct pmk_link *link);
/* The same with another patience. */
struct pmk_patience {
	uint64_t calm_ns, most_ns; /* until the user is told; in all */
};
enum pmk_exit pmk_ask_patiently(
	const cJSON *request, const struct pmk_patience *patience, cJSON **answer, struct pmk_link *link);
/* The next message of a connection that gives more than one, whenever it comes; the caller deletes it. Negative errno:
 * it has ended. */
int pmk_ask_next(struct pmk_link *link, cJSON **message) __attribute__((warn_unused_result));

#endif
