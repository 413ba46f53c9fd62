/* SPDX-License-Identifier: MIT */
/* Decoder of the scan of an ordinary camera's JPEG: baseline, Huffman codes, three components in one scan. Its planes
 * equal libjpeg's, bit for bit, if the coefficients are those of a picture (jpeg_idct.h), in two thirds of the time.
 * libjpeg reads the header and decodes whatever is unusual.
 *
 * The one rule: false says nothing about the picture, and the planes may be partly written; libjpeg decides. One
 * thread. Nothing is allocated while it runs. */
#ifndef PMK_JPEG_JPEG_SCAN_H
#define PMK_JPEG_JPEG_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

struct pmk_jpeg_scan;

/* NULL: out of memory, or pmk_cpu_level() or the CPU lacks what this decoder needs (AVX2, BMI1, BMI2). */
struct pmk_jpeg_scan *pmk_jpeg_scan_create(void);
void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan); /* NULL is allowed */

/* Decode the scan. `info` is in the state after jpeg_start_decompress, and its source is a whole picture in memory; the
 * source's position stays. Rows of plane p are `stride[p]` bytes apart, begin at multiples of 8 bytes, and have room
 * for whole blocks; nothing is written below the picture. If there are no restart intervals, extra bytes before the end
 * marker are accepted, as long as they cannot be more than `spare` in the file. */
bool pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3], int spare) __attribute__((warn_unused_result));

#endif
