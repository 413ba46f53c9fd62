/* SPDX-License-Identifier: MIT */
/* The requests to a running program, and the checks of a request that need none: whether there is such a command, how
 * many arguments it takes, which setting it changes, and whether that can have the value.
 *
 * The one rule: whoever asks and whoever answers judge by the same table, so that a slip is told in the same words
 * whether anything runs or not. Any thread. */
#ifndef PMK_CONTROL_REQUEST_H
#define PMK_CONTROL_REQUEST_H

#include "base/words/near.h"
#include "core/exit_code.h"
#include "settings/settings.h"

enum { PMK_REQUEST_ARGS = 16 };

enum pmk_request_kind {
	PMK_REQUEST_STATUS,
	PMK_REQUEST_GET,
	PMK_REQUEST_DESCRIBE,
	PMK_REQUEST_SET, /* and whatever else changes one setting */
	PMK_REQUEST_NEXT,
	PMK_REQUEST_PAUSE,
	PMK_REQUEST_RESUME,
	PMK_REQUEST_SNAPSHOT,
	PMK_REQUEST_SAVE,
	PMK_REQUEST_PROFILE,
	PMK_REQUEST_RELOAD,
	PMK_REQUEST_EXAMINE,
	PMK_REQUEST_PAGE,
	PMK_REQUEST_SUBSCRIBE,
	PMK_REQUEST_QUIT,
	PMK_REQUESTS
};

struct pmk_request {
	const char *args[PMK_REQUEST_ARGS]; /* not copied */
	int count;

	/* what pmk_request_take finds */
	enum pmk_request_kind kind;
	const struct pmk_setting *setting; /* that it is about; NULL: none, or all */
	int first; /* the argument that is its first value */
	bool adds; /* to a list, which is replaced otherwise */
};

/* Find out what the command `name` asks for with these arguments. PMK_EXIT_USAGE, logged: nothing that makes sense. */
enum pmk_exit pmk_request_take(struct pmk_request *request, const char *name) __attribute__((warn_unused_result));
/* Try the name of each command, with `before` in front ("ctl "), as what was meant. */
void pmk_request_near(struct pmk_near *near, const char *before);
/* For PMK_REQUEST_SET: set the values in `settings`, which may be changed in part on failure; logged. */
enum pmk_exit pmk_request_set(const struct pmk_request *request, struct pmk_settings *settings)
	__attribute__((warn_unused_result));

#endif
