/* SPDX-License-Identifier: MIT */
/* The starter: a process that is forked before this one is locked in (guard.h), and does for it the few things that a
 * locked process may not do itself: start the program that decodes files, the browser and the like, make the page's
 * socket, and write the files that the settings or a person name.
 *
 * The one rule: it believes nothing that the program sends; each order is one of a fixed list, and its own function
 * decides what of it may be done. It never sees a frame: it is forked before there is one, and ends with the program.
 *
 * What forks it is the keeper, a process that was itself forked before there was a frame, and does nothing else: if the
 * starter is killed, or hangs, the next order is for another one. */
#ifndef PMK_BASE_GUARD_STARTER_H
#define PMK_BASE_GUARD_STARTER_H

#include "base/cure.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum pmk_start {
	PMK_START_HELPER, /* that decodes; gives its socket, and its process */
	PMK_START_DOCTOR, /* gives its output, and its process */
	PMK_START_CAMERAS, /* likewise */
	PMK_START_BROWSER, /* on the address in `text` */
	PMK_START_LISTEN, /* on port `number` of this machine alone; gives the socket */
	PMK_START_HOLDERS, /* of the device in `text`: who has it open; gives lines of them in `text` */
	PMK_START_FILE, /* a new file for the path in `text`, for the ticket `number`; `result` 1: claim it; gives it */
	PMK_START_FILE_KEEP, /* the file of the ticket `number`: rename it into place */
	PMK_START_FILE_DROP, /* likewise: remove it */
	PMK_START_OWN_NEW, /* a new file in the folder of own backdrops; gives it, and its path in `text` */
	PMK_START_OWN_RENAME, /* there, as `text` says: "FROM/TO", two names */
	PMK_START_OWN_REMOVE, /* there, the name in `text` */
	PMK_STARTS
};

/* An order, and its answer in the same place. */
struct pmk_order {
	int32_t what; /* enum pmk_start */
	int32_t number;
	int32_t result; /* of the function: 0, or a negative errno */
	char text[PATH_MAX];
};

/* Does an order, and puts the answer there. *fd is -1, or becomes what is handed to whoever asked. Returns `result`. */
typedef int (*pmk_start_act)(struct pmk_order *order, int *fd);

/* Fork the keeper and the starter of this process. `acts`, which stay: one for each enum pmk_start, or NULL. Negative
 * errno. [the only thread] */
int pmk_starter_create(const pmk_start_act acts[PMK_STARTS]) __attribute__((warn_unused_result));
/* For poll without events: it hangs up once the keeper has ended; -1: there is none. Tidied up then, once, nothing is
 * left of the keeper. [the thread of create] */
int pmk_starter_end_fd(void);
void pmk_starter_tidy(void);
/* For acts: the process that gives the orders. */
pid_t pmk_starter_owner(void);
enum { PMK_STARTER_MEMORY = 1 << 20 };
/* For acts: so many bytes that each starter of this program has, and nobody else; zeroed at first. NULL: there was no
 * memory. */
void *pmk_starter_memory(void);
/* Whether this process has one. [any thread] */
bool pmk_starter_is_there(void);
/* Have the order done by the starter, or, where there is none, by `direct` in this process. *fd: what it gives, for the
 * caller; or -1. Returns the function's result; -EPIPE: the starter was killed while it did this, or its keeper was,
 * too; -ETIME: it does not answer. A starter that does not answer within 5 s is killed, and an order that may be done
 * twice is given to the next one. [any thread] */
int pmk_starter_do(struct pmk_order *order, pmk_start_act direct, int *fd) __attribute__((warn_unused_result));
/* The same for an order that gives a descriptor. The descriptor, or a negative errno; -EMFILE: none was free to take
 * it. */
int pmk_starter_open(struct pmk_order *order, pmk_start_act direct) __attribute__((warn_unused_result));
/* The program ends: from now on, nobody waits longer than 2 s in all for those who do not answer. [any thread] */
void pmk_starter_end_soon(void);
/* The words for such an error, and what helps. */
const char *pmk_starter_reason(int err);
enum pmk_cure pmk_starter_cure(int err);
/* Wait for a process that was started so, no longer than this, then kill it; at once with 0. -ETIMEDOUT: it hangs even
 * then. A process whose starter was killed is left alone. [any thread] */
int pmk_starter_end(pid_t pid, uint64_t patience_ns);

#endif
