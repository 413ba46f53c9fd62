/* SPDX-License-Identifier: MIT */
/* Entropy decoder of a baseline JPEG scan: from Huffman codes to blocks of coefficients (ITU-T T.81, F.2.2).
 *
 * The one rule: data that no encoder writes are refused, not interpreted. Whatever the data are, all reads stay inside
 * `window`: a block has at most 64 codes, each of at most 16 + 11 bits. One thread. */
#ifndef PMK_JPEG_JPEG_ENTROPY_H
#define PMK_JPEG_JPEG_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PMK_JPEG_LOOKUP = 9, /* bits that index the lookup table of codes */
	PMK_JPEG_LONGEST = 16, /* bits of the longest code */
	PMK_JPEG_END = 0x80, /* of an entry: the block ends */
	PMK_JPEG_BLOCKS = 64, /* most blocks per call */
	/* most bytes that these blocks can use, and what is read ahead of them */
	PMK_JPEG_BLOCKS_BYTES = PMK_JPEG_BLOCKS * 64 * 27 / 8 + 32,
	PMK_JPEG_WINDOW = 3 * PMK_JPEG_BLOCKS_BYTES + 32,
};

/* The codes of a Huffman table. `lookup` is indexed by the next PMK_JPEG_LOOKUP bits. An entry is 0 if the code is
 * longer, unusual or does not exist; otherwise:
 *
 *	bits 0..5    length of the code and of the number after it
 *	bit 7        the block ends (PMK_JPEG_END)
 *	bits 8..15   length of the code
 *	bits 16..23  63 minus the length of the number
 *	bits 24..31  how many coefficients to advance by */
struct pmk_jpeg_codes {
	uint32_t lookup[1 << PMK_JPEG_LOOKUP];
	/* for each length of codes: the end of its codes, aligned to 16 bits; the index of its first symbol minus its
	 * first code */
	int end[17], first[17];
	uint8_t bits[17], symbols[256]; /* counts and symbols as in the file (T.81, C.2) */
	bool ac;
};

/* Make the codes of a table, given as in libjpeg's JHUFF_TBL. Does nothing if `codes` has this table already. */
void pmk_jpeg_codes_make(struct pmk_jpeg_codes *codes, const uint8_t bits[17], const uint8_t symbols[256], bool ac);

/* The entry of the code that the next 16 bits, `seen`, begin with. 0: unusual, or there is none. */
uint32_t pmk_jpeg_codes_search(const struct pmk_jpeg_codes *codes, int seen);

struct pmk_jpeg_block {
	/* Row by row, as in the file: quantized, and the first as a difference. The caller passes in all zeros. */
	int16_t coefficient[64];
	const struct pmk_jpeg_codes *dc, *ac;
	/* out: 64, or more than the number of coefficients up to the last one that is not 0, in zigzag order */
	uint32_t codes;
	uint8_t *out;
	ptrdiff_t stride;
} __attribute__((aligned(32)));

struct pmk_jpeg_reader;

/* Decode `count` blocks from the window, without looking at its end. False: there is no such code, or a block has too
 * many coefficients. */
typedef bool pmk_jpeg_blocks(struct pmk_jpeg_reader *reader, struct pmk_jpeg_block *blocks, int count);

pmk_jpeg_blocks pmk_jpeg_blocks_base;
pmk_jpeg_blocks pmk_jpeg_blocks_avx2; /* on x86-64: needs BMI1 and BMI2 as well */

struct pmk_jpeg_reader {
	pmk_jpeg_blocks *read; /* set by the owner */
	const uint8_t *next, *end; /* data that are not yet in the window */
	bool ended; /* all data up to a marker, at `next`, are in the window */
	uint64_t bits; /* the next bits, the first on top */
	unsigned count; /* of valid bits */
	const uint8_t *at; /* first byte of the window that is not in `bits` */
	uint8_t *filled; /* end of the window's data */
	/* data without their stuffed zeros; the bytes after `filled` are old data */
	uint8_t window[PMK_JPEG_WINDOW];
};

void pmk_jpeg_reader_start(struct pmk_jpeg_reader *reader, const uint8_t *data, const uint8_t *end);

/* Decode `count` blocks, 1..PMK_JPEG_BLOCKS; blocks[count].dc is read, too. False: damaged, truncated or unusual; the
 * blocks are then undefined. */
bool pmk_jpeg_reader_blocks(struct pmk_jpeg_reader *reader, struct pmk_jpeg_block *blocks, int count);

/* What no code has used of the data before the next marker: whole bytes without their stuffed zeros, the first ones if
 * they are too many for the window. */
size_t pmk_jpeg_reader_rest(struct pmk_jpeg_reader *reader, const uint8_t **rest);

/* Whether the last code was the last one before a marker: only the bits that fill its byte follow. */
bool pmk_jpeg_reader_at_end(const struct pmk_jpeg_reader *reader);

/* Leave out all up to the next marker, and go on after it. Its second byte; -1: there is none. */
int pmk_jpeg_reader_marker(struct pmk_jpeg_reader *reader);

#endif
