/* SPDX-License-Identifier: MIT */
#include "tflite_file.h"

static const float weights[36] = { 1, 0.5f, -1, 2, 0.25f, -3 };
static const uint16_t halves[4] = { 0x3c00, 0xc000, 0x3555, 0x0001 };
static const int32_t twice[2] = { 8, 6 }, axes[2] = { 1, 2 }, flat[2] = { 1, 24 };

#define PICTURE \
	{ \
		4, { 1, 4, 3, 2 }, FLOAT32, NULL, 0 \
	}
#define RESULT(...) \
	{ \
		sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), { __VA_ARGS__ }, FLOAT32, NULL, 0 \
	}
#define CONSTANT(kind, values, ...) \
	{ \
		sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), { __VA_ARGS__ }, kind, values, sizeof(values) \
	}
#define ONE_F 0x3f800000 /* 1.0f */

/* The input is tensor 0, the output tensor 1. */
const struct spec tflite_seeds[] = {
	{ { PICTURE, PICTURE }, { { ADD, 2, { 0, 0 }, 1, { 1 }, { 0 } } }, 2, 1, 0, 1 },
	{ { PICTURE, RESULT(1, 2, 1, 2) }, { { AVERAGE_POOL, 1, { 0 }, 1, { 1, 2, 2, 2, 2 }, { 0 } } }, 2, 1, 0, 1 },
	{ { PICTURE, RESULT(1, 4, 3, 4) }, { { CONCAT, 2, { 0, 0 }, 1, { 3 }, { 0 } } }, 2, 1, 0, 1 },
	{ { PICTURE, PICTURE, CONSTANT(FLOAT32, weights, 2, 3, 3, 2) },
		{ { CONV, 2, { 0, 2 }, 1, { 0, 1, 1, 3 }, { 0 } } }, 3, 1, 0, 1 },
	{ { PICTURE, PICTURE, CONSTANT(FLOAT16, halves, 2, 1, 1, 2), RESULT(2, 1, 1, 2) },
		{ { DEQUANTIZE, 1, { 2 }, 3, { 0 }, { 0 } }, { CONV, 2, { 0, 3 }, 1, { 0, 1, 1, 1 }, { 0 } } }, 4, 2, 0,
		1 },
	{ { PICTURE, RESULT(1, 2, 1, 4), CONSTANT(FLOAT32, weights, 1, 3, 3, 4) },
		{ { DEPTHWISE, 2, { 0, 2 }, 1, { 1, 1, 1, 2 }, { 0 } } }, 3, 1, 0, 1 },
	{ { PICTURE, RESULT(12, 18), CONSTANT(FLOAT32, weights, 18, 2) },
		{ { FULLY_CONNECTED, 2, { 0, 2 }, 1, { 1 }, { 0 } } }, 3, 1, 0, 1 },
	{ { PICTURE, PICTURE }, { { LOGISTIC, 1, { 0 }, 1, { 0 }, { 0 } } }, 2, 1, 0, 1 },
	{ { PICTURE, PICTURE, CONSTANT(FLOAT16, halves, 4) }, { { MUL, 2, { 0, 0 }, 1, { 3 }, { 0 } } }, 3, 1, 0, 1 },
	{ { PICTURE, RESULT(1, 24), CONSTANT(INT32, flat, 2) }, { { RESHAPE, 2, { 0, 2 }, 1, { 0 }, { 0 } } }, 3, 1, 0,
		1 },
	{ { PICTURE, RESULT(1, 8, 6, 2), CONSTANT(INT32, twice, 2), PICTURE },
		{ { HARD_SWISH, 1, { 0 }, 3, { 0 }, { 0 } }, { RESIZE, 2, { 3, 2 }, 1, { 0, 0, 0, 1 }, { 0 } } }, 4, 2,
		0, 1 },
	{ { PICTURE, PICTURE }, { { SOFTMAX, 1, { 0 }, 1, { ONE_F }, { 0 } } }, 2, 1, 0, 1 },
	{ { PICTURE, RESULT(1, 1, 1, 2), CONSTANT(INT32, axes, 2) }, { { MEAN, 2, { 0, 2 }, 1, { 1 }, { 0 } } }, 3, 1,
		0, 1 },
	{ { PICTURE, RESULT(1, 12, 9, 2), CONSTANT(FLOAT32, weights, 2, 3, 3, 2) },
		{ { CUSTOM, 2, { 0, 2 }, 1, { 0 }, { 1, 3, 3 } } }, 3, 1, 0, 1 },
};
const int tflite_seed_count = sizeof tflite_seeds / sizeof *tflite_seeds;
