/* SPDX-License-Identifier: MIT */
/* The scan of an ordinary camera's JPEG (baseline, Huffman codes, three components in one scan) to planes: as libjpeg
 * does it, bit for bit wherever coefficients are those of a picture, in two thirds of the time. libjpeg reads the
 * header and does all that is unusual.
 *
 * The one rule: false means that nothing is said about the picture, and planes may be written in part; ask the library.
 * One thread. Allocates nothing while it runs. */
#ifndef PMK_JPEG_JPEG_SCAN_H
#define PMK_JPEG_JPEG_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

struct pmk_jpeg_scan;

/* NULL: no memory, or this CPU (cpu.h) is none that it is made for. */
struct pmk_jpeg_scan *pmk_jpeg_scan_create(void);
void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan); /* NULL is fine */

/* `info` after jpeg_start_decompress, its source a picture that lies in memory as a whole. Rows of plane p are
 * `stride[p]` bytes apart, begin at multiples of 8 and have room for whole blocks; nothing is written below the
 * picture. A few bytes before the end marker are no damage where there are no restart intervals: so many that they
 * cannot be more than `spare` in the file. The source stays where it is. */
bool pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3], int spare) __attribute__((warn_unused_result));

#endif
