/* SPDX-License-Identifier: MIT */
/* Entropy-coded data of a baseline JPEG scan: Huffman codes to blocks of coefficients (ITU-T T.81, F.2.2).
 *
 * The one rule: what is unusual is refused, not interpreted; the caller has a library that knows all of it. Reads stay
 * inside of `window` whatever the data say: a block has at most 64 codes, each of at most 16 + 11 bits. One thread. */
#ifndef PMK_JPEG_JPEG_ENTROPY_H
#define PMK_JPEG_JPEG_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PMK_JPEG_LOOK = 9, /* bits of a code that are looked up at once */
	PMK_JPEG_BLOCKS = 64, /* most blocks a call */
	/* what these can take at most, and what is read ahead of it */
	PMK_JPEG_BLOCKS_BYTES = PMK_JPEG_BLOCKS * 64 * 27 / 8 + 32,
	PMK_JPEG_WINDOW = 3 * PMK_JPEG_BLOCKS_BYTES + 32,
};

/* Codes of a Huffman table. An entry of `look`, indexed by the next bits, or 0 when the code is longer, unusual or not
 * there: bits 0..5   bits of the code and of the number behind it bit 7       the block ends bits 8..15  bits of the
 * code bits 16..23 63 less the bits of the number bits 24..31 how many coefficients it goes on by */
struct pmk_jpeg_codes {
	uint32_t look[1 << PMK_JPEG_LOOK];
	/* of codes of so many bits, aligned to 16: behind the last; index of the first, less its code */
	int end[17], first[17];
	uint8_t bits[17], symbols[256]; /* as T.81 sends them, C.2 */
	bool ac;
};

/* As libjpeg's JHUFF_TBL holds it. Nothing is made again while the table is the same. */
void pmk_jpeg_codes_make(struct pmk_jpeg_codes *codes, const uint8_t bits[17], const uint8_t symbols[256], bool ac);

struct pmk_jpeg_block {
	/* row by row, as sent: quantized, the first as a difference; all 0 when the block is handed in */
	int16_t coefficient[64];
	const struct pmk_jpeg_codes *dc, *ac;
	uint32_t codes; /* out: 64, or at least one more than there are up to the last that is not 0, in zigzag order */
	uint8_t *out;
	ptrdiff_t stride;
} __attribute__((aligned(32)));

struct pmk_jpeg_reader {
	const uint8_t *next, *end; /* data not yet in the window */
	bool ended; /* no more until a marker, which is at next */
	uint64_t bits; /* the next ones, from the top */
	unsigned count; /* of them that are valid */
	const uint8_t *at; /* first byte in the window that is not in bits */
	uint8_t *filled; /* end of the window's data */
	/* data without their stuffed zeros, behind them what was there before */
	uint8_t window[PMK_JPEG_WINDOW];
};

void pmk_jpeg_reader_start(struct pmk_jpeg_reader *reader, const uint8_t *data, const uint8_t *end);

/* `count` blocks, 1..PMK_JPEG_BLOCKS; block[count].dc is read too. False: damaged, cut off or unusual; blocks are
 * undefined then. */
bool pmk_jpeg_reader_blocks(struct pmk_jpeg_reader *reader, struct pmk_jpeg_block *blocks, int count);

/* At the end of an interval: what is left cannot be more than `spare` bytes of the file, each being two where it is a
 * stuffed 0xff, and then this marker comes (its second byte). Goes on behind it. */
bool pmk_jpeg_reader_marker(struct pmk_jpeg_reader *reader, int marker, int spare);

#endif
