/* SPDX-License-Identifier: MIT */
/* A network of a few bytes, where a real one is missing or too slow: for each pixel, it gives the amount by which green
 * exceeds red. */
#ifndef PMK_TESTS_TINY_NETWORK_H
#define PMK_TESTS_TINY_NETWORK_H

#include <stdbool.h>

/* Write it as `path`, which ends in .tflite, for pictures of this size, with its card beside it. False: it cannot be
 * written. */
bool tiny_network_write(const char *path, int width, int height);

#endif
