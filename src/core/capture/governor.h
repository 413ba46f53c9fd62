/* SPDX-License-Identifier: MIT */
/* The CPU limit: holds the process under a share of one core by taking fewer of the camera's frames: every second one,
 * every third, and so on.
 *
 * The one rule: it only ever leaves out whole pictures. Using the mask of another frame would be cheaper, but may show
 * the room; where that is safe, the stillness test does it already (scene/stillness.h).
 *
 * It checks the process's CPU time every half second. Over the limit, it lowers the rate as far as would be enough if
 * all of the cost came from pictures. It raises the rate again only when, over a whole second, the higher rate would
 * stay a tenth under the limit: so it does not oscillate. It never goes below 7 pictures per second, because outputs
 * would show the cover. One thread; time comes from the caller. */
#ifndef PMK_CORE_CAPTURE_GOVERNOR_H
#define PMK_CORE_CAPTURE_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

enum { PMK_GOVERNOR_LEAST = 5, PMK_GOVERNOR_MOST = 100 }; /* percent of one core: limits that make sense */

struct pmk_governor {
	double limit; /* share of one core; 0: none */
	int every, most; /* one picture of `every` is taken; the most that `every` may be */
	uint64_t since_ns, since_cpu_ns; /* when the measurement began */
	double share; /* the last measurement */
	bool begun, helpless; /* helpless: over the limit at `most` */
};

/* `limit` 0..1, 0: none; `fps` is the camera's nominal rate */
void pmk_governor_init(struct pmk_governor *governor, double limit, double fps);

/* Call it after each picture, with the time and the process's CPU time. Returns `every`, from 1 up; logs when it
 * changes. */
int pmk_governor_step(struct pmk_governor *governor, uint64_t now_ns, uint64_t cpu_ns);

#endif
