/* SPDX-License-Identifier: MIT */
/* Minimum, maximum, clamp and next multiple, of `int` unless the name says otherwise. Pure functions.
 *
 * The one rule: least <= most, and step >= 1. There are no forms for float: fmin and fmax exist, and a loop to be
 * vectorised uses what compiles best there. */
#ifndef PMK_BASE_NUM_H
#define PMK_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

static inline int pmk_min(int a, int b)
{
	return a < b ? a : b;
}

static inline int pmk_max(int a, int b)
{
	return a > b ? a : b;
}

static inline int pmk_clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

static inline int64_t pmk_clamp_i64(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* NaN stays NaN. */
static inline double pmk_clamp_double(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

static inline size_t pmk_min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline uint64_t pmk_min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t pmk_max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The first multiple of `step` that is not below `value`, which is at least 0. */
static inline int pmk_align_up(int value, int step)
{
	return (value + step - 1) / step * step;
}

static inline size_t pmk_align_up_size(size_t value, size_t step)
{
	return (value + step - 1) / step * step;
}

#endif
