/* SPDX-License-Identifier: MIT */
/* The live picture as JPEGs, for the page.
 *
 * The one rule: only while somebody waits for pictures is the pipeline watched, and anything encoded; each new picture
 * is encoded once for all who wait. [any thread], unless a comment says otherwise. */
#ifndef PMK_CONTROL_PAGE_PREVIEW_H
#define PMK_CONTROL_PAGE_PREVIEW_H

#include "core/pipeline.h"

#include <stddef.h>

struct pmk_preview;

struct pmk_jpeg_copy {
	unsigned char *data; /* owned; free() */
	size_t bytes;
	uint64_t number; /* of the picture; 0: none yet */
};

int pmk_preview_create(struct pmk_pipeline *pipeline, struct pmk_preview **stream) __attribute__((warn_unused_result));
/* Those who wait return at once; call it before destroy. */
void pmk_preview_stop(struct pmk_preview *stream);
void pmk_preview_destroy(struct pmk_preview *stream); /* nobody may be waiting; NULL is fine */

/* Somebody begins or ends to wait for pictures of at most `width` px; the widest wish counts. */
void pmk_preview_join(struct pmk_preview *stream, int width);
void pmk_preview_leave(struct pmk_preview *stream);

/* Wait for a picture newer than `copy`, and put it there in place of the old one. 0; -ECANCELED: it was stopped. */
int pmk_preview_next(struct pmk_preview *stream, struct pmk_jpeg_copy *copy) __attribute__((warn_unused_result));

#endif
