/* SPDX-License-Identifier: MIT */
/* Memory for libjpeg, which allocates some for each picture. Here this memory is taken from one block that is used
 * again, so that a running camera allocates nothing; libjpeg allocates what does not fit.
 *
 * The one rule: the client_data of libjpeg's struct points to a struct pmk_jpeg_memory, or to a struct that begins with
 * one. */
#ifndef PMK_JPEG_JPEG_MEMORY_H
#define PMK_JPEG_JPEG_MEMORY_H

#include "base/mem.h"

#include <stdio.h>

#include <jpeglib.h>

struct pmk_jpeg_memory {
	struct pmk_arena arena;
	struct jpeg_memory_mgr own; /* libjpeg's own functions */
};

int pmk_jpeg_memory_init(struct pmk_jpeg_memory *memory) __attribute__((warn_unused_result)); /* 0 or -ENOMEM */
void pmk_jpeg_memory_finish(struct pmk_jpeg_memory *memory); /* after jpeg_destroy_decompress */
void pmk_jpeg_memory_use(struct jpeg_decompress_struct *info); /* once, after jpeg_create_decompress */

#endif
