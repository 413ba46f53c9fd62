/* SPDX-License-Identifier: MIT */
/* Helpers of the kernels that work on pixels, for gcc and clang. Only for sources that are compiled per level. */
#ifndef PMK_PIXELS_VECTORS_H
#define PMK_PIXELS_VECTORS_H

#include <stdint.h>

#if defined(__SSSE3__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Before a loop: tells the compiler that no iteration reads what another one writes. */
#ifdef __clang__
#define PMK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define PMK_INDEPENDENT _Pragma("GCC ivdep")
#endif

typedef uint8_t pmk_bytes16 __attribute__((vector_size(16)));

/* The upper half of a product. Compilers make one vector instruction of it. */
static inline int16_t pmk_upper(int16_t a, int16_t b)
{
	return (int16_t)((int32_t)a * b >> 16);
}

#if (defined(__SSSE3__) || defined(__aarch64__)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PMK_HAVE_PICK
/* Shuffle: element i is byte at[i] of `from`; at[i] is 0..15. */
static inline pmk_bytes16 pmk_pick(pmk_bytes16 from, pmk_bytes16 at)
{
#ifdef __SSSE3__
	return (pmk_bytes16)_mm_shuffle_epi8((__m128i)from, (__m128i)at);
#else
	return (pmk_bytes16)vqtbl1q_u8((uint8x16_t)from, (uint8x16_t)at);
#endif
}
#endif

#endif
