/* SPDX-License-Identifier: MIT */
/* The code of a room: in every block of 32x32 pixels, 64 cells of 4x4 are lighter or darker, by what frame and block it
 * is. A block of an output that correlates with a code shows the room.
 *
 * The one rule: cells of a picture that has nothing to do with the room correlate by chance only, with a deviation of
 * 1/8; LIMIT is six times that. */
#ifndef BENCH_LEAK_CODE_H
#define BENCH_LEAK_CODE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { WIDTH = 640, HEIGHT = 480, BLOCK = 32, ACROSS = WIDTH / BLOCK, BLOCKS = ACROSS * (HEIGHT / BLOCK) };
enum { CELL = 4, CELLS = 64, FRAMES = 16, AMPLITUDE = 14 };

#define LIMIT 0.75

/* The cells' signs. */
static inline uint64_t code_of(int frame, int block)
{
	uint64_t x = (uint64_t)frame * 1000003u + (uint64_t)block + 1; /* splitmix64 */

	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The mean of each cell of a block, without the block's plane of brightness. False: there is nothing in it. */
static inline bool read_cells(const uint8_t *luma, int stride, double cells[CELLS])
{
	double sum = 0, sx = 0, sy = 0, power = 0;

	for (int i = 0; i < CELLS; i++) {
		const uint8_t *at = luma + i / 8 * CELL * stride + i % 8 * CELL;

		cells[i] = 0;
		for (int y = 0; y < CELL; y++)
			for (int x = 0; x < CELL; x++)
				cells[i] += at[y * stride + x] / 16.0;
		sum += cells[i];
		sx += cells[i] * (i % 8 - 3.5);
		sy += cells[i] * (i / 8 - 3.5);
	}
	for (int i = 0; i < CELLS; i++) { /* 336: the sum of (i % 8 - 3.5)^2 */
		cells[i] -= sum / CELLS + sx / 336 * (i % 8 - 3.5) + sy / 336 * (i / 8 - 3.5);
		power += cells[i] * cells[i];
	}
	return power > CELLS * 1.5 * 1.5;
}

static inline double correlate(const double cells[CELLS], uint64_t code)
{
	double sum = 0, power = 0;

	for (int i = 0; i < CELLS; i++) {
		sum += code >> i & 1 ? cells[i] : -cells[i];
		power += cells[i] * cells[i];
	}
	return sum / sqrt(power * CELLS);
}

#endif
