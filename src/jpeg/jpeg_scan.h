/* SPDX-License-Identifier: MIT */
/* Judge of the scan of an ordinary camera's JPEG, and on x86-64 and arm64 its decoder; on x86-64 in three quarters of
 * libjpeg's time or less. An ordinary one is baseline, with Huffman codes and all of its components, one or three, in
 * one scan. libjpeg reads the header and decodes whatever is unusual.
 *
 * The one rule: a picture is good if all blocks of all components are there and none has an entropy error, whatever
 * else the bytes hold; else it is damaged. One judge serves both decoders, so that they agree.
 *
 * An entropy error is a code that does not exist, a block of more than 64 coefficients, a mean brightness (DC) that no
 * encoder makes of 8-bit samples, a marker or the end of the data inside a block, a restart marker that is missing or
 * out of order, or blocks that are left over at the end of an interval: these mean that some were lost or merged
 * before, and that all after that are out of place. Other spare bytes mean nothing. One thread. Nothing is allocated
 * while it runs. */
#ifndef PMK_JPEG_JPEG_SCAN_H
#define PMK_JPEG_JPEG_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

struct pmk_jpeg_scan;
struct pmk_jpeg_means;

enum pmk_jpeg_verdict {
	PMK_JPEG_UNUSUAL, /* not judged: libjpeg decides */
	PMK_JPEG_DAMAGED, /* the planes may be partly written */
	PMK_JPEG_GOOD, /* the planes are not written, since we have no transforms for them: libjpeg decodes */
	/* good, and the planes equal libjpeg's, bit for bit, if the coefficients are those of a picture (jpeg_idct.h)
	 */
	PMK_JPEG_DECODED,
};

struct pmk_jpeg_scan *pmk_jpeg_scan_create(void); /* NULL: out of memory */
void pmk_jpeg_scan_only_judge(struct pmk_jpeg_scan *scan); /* from now on, leave decoding to libjpeg */
void pmk_jpeg_scan_destroy(struct pmk_jpeg_scan *scan); /* NULL is allowed */

/* Judge and decode the scan. `info` is in the state after jpeg_start_decompress, and its source is a whole picture in
 * memory; the source's position stays. Rows of plane p are `stride[p]` bytes apart, begin at multiples of 8 bytes, and
 * have room for whole blocks; nothing is written below the picture. `means` is for this picture (jpeg_tear.h). */
enum pmk_jpeg_verdict pmk_jpeg_scan_run(struct pmk_jpeg_scan *scan, const struct jpeg_decompress_struct *info,
	uint8_t *const plane[3], const int stride[3], const struct pmk_jpeg_means *means)
	__attribute__((warn_unused_result));

#endif
