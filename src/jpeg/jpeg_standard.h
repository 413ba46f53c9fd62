/* SPDX-License-Identifier: MIT */
/* The Huffman tables of pictures that bring none (ITU-T T.81, K.3), as those of many cameras.
 *
 * The one rule: no table of an earlier picture stays, since libjpeg would use it for the next one. */
#ifndef PMK_JPEG_JPEG_STANDARD_H
#define PMK_JPEG_JPEG_STANDARD_H

#include <stdio.h>

#include <jpeglib.h>

struct pmk_jpeg_standard {
	JHUFF_TBL dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS]; /* the last two are empty */
};

/* Take the tables from libjpeg, and make room for those of `info`. Errors go to info->err. */
void pmk_jpeg_standard_init(struct pmk_jpeg_standard *standard, struct jpeg_decompress_struct *info);

/* Call it before each jpeg_read_header. */
void pmk_jpeg_standard_use(const struct pmk_jpeg_standard *standard, struct jpeg_decompress_struct *info);

#endif
