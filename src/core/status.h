/* SPDX-License-Identifier: MIT */
/* The state of a pipeline, and its first error.
 *
 * The one rule: ended and failed are final. All functions except create and destroy may be called from any thread. */
#ifndef PMK_CORE_STATUS_H
#define PMK_CORE_STATUS_H

enum pmk_state {
	PMK_STATE_IDLE, /* nobody watches: the camera is closed, the cover is in every buffer of the outputs */
	PMK_STATE_OPENING, /* no picture yet; the outputs hold the cover */
	PMK_STATE_LIVE,
	PMK_STATE_COVERED, /* the cover is shown; the camera is tried again */
	PMK_STATE_PAUSED, /* the cover is shown and the camera is closed, because a person wants it so */
	PMK_STATE_ENDED, /* the source has ended */
	PMK_STATE_FAILED, /* an error that no retry can fix */
};

/* The part that failed, for the exit code. */
enum pmk_part { PMK_PART_NONE, PMK_PART_CAMERA, PMK_PART_SCENE, PMK_PART_OUTPUT };

struct pmk_status;

int pmk_status_create(struct pmk_status **status) __attribute__((warn_unused_result)); /* opening, no error */
void pmk_status_destroy(struct pmk_status *status); /* NULL is fine */

void pmk_status_set(struct pmk_status *status, enum pmk_state state);
enum pmk_state pmk_status_get(struct pmk_status *status);
const char *pmk_status_name(enum pmk_state state); /* "idle" "opening" "live" "covered" "paused" "ended" "failed" */
int pmk_status_fd(const struct pmk_status *status); /* readable once it has ended or failed */
/* Readable after the state has changed, or a nudge. Its one reader clears it with eventfd_read, and then looks at the
 * state. */
int pmk_status_changes_fd(const struct pmk_status *status);

void pmk_status_nudge(struct pmk_status *status); /* something else than the state has changed */

void pmk_status_note_error(struct pmk_status *status, enum pmk_part part, int error); /* the first one is kept */
int pmk_status_error(struct pmk_status *status, enum pmk_part *part); /* the first one; 0: none */

#endif
