/* SPDX-License-Identifier: MIT */
/* Holds the process under a share of one core by taking fewer pictures: every second, every third of the camera's, and
 * so on.
 *
 * The one rule: it only ever leaves whole pictures out. A mask of another frame would be cheaper, but may show the
 * room; what a still scene can save without that, the stillness test has saved already (scene/stillness.h).
 *
 * It looks at the process's CPU time every half second. Over the limit, it takes as many fewer pictures as would be
 * enough if all cost lay in them. It takes more again only when, over a whole second, even that would stay a tenth
 * under the limit: so it does not swing. It never goes below 7 pictures a second, because outputs would cover. One
 * thread; time comes from the caller. */
#ifndef PMK_CORE_CAPTURE_GOVERNOR_H
#define PMK_CORE_CAPTURE_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

enum { PMK_GOVERNOR_LEAST = 5, PMK_GOVERNOR_MOST = 100 }; /* percent of one core: limits that make sense */

struct pmk_governor {
	double limit; /* share of one core; 0: none */
	int every, most; /* one of so many pictures is taken; at most */
	uint64_t since_ns, since_cpu_ns; /* where what is measured began */
	double share; /* measured last */
	bool begun, helpless; /* helpless: over the limit at `most` */
};

/* limit 0..1, 0: none; the camera's nominal rate */
void pmk_governor_init(struct pmk_governor *governor, double limit, double fps);

/* After each picture: the time and the CPU time of the process now. Gives `every`, from 1 up; logs when it changes. */
int pmk_governor_step(struct pmk_governor *governor, uint64_t now_ns, uint64_t cpu_ns);

#endif
