/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) by FFmpeg's libavutil, which is linked anyway. One thread. */
#ifndef PMK_BASE_SHA256_H
#define PMK_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { PMK_SHA256_BYTES = 32, PMK_SHA256_HEX = 65 };	/* the digest; as text with its zero byte */

struct AVSHA;

struct pmk_sha256 {
	struct AVSHA *state;	/* owned between init and final */
};

int pmk_sha256_init(struct pmk_sha256 *sha) __attribute__((warn_unused_result));	/* 0 or -ENOMEM */
void pmk_sha256_update(struct pmk_sha256 *sha, const void *data, size_t size);

/* Write the digest and free the state; `digest` NULL only frees. A finished or zeroed one is left alone. */
void pmk_sha256_final(struct pmk_sha256 *sha, uint8_t digest[PMK_SHA256_BYTES]);

void pmk_sha256_hex(const uint8_t digest[PMK_SHA256_BYTES], char text[PMK_SHA256_HEX]);	/* lower case */

/* All in one: the digest of `data` as text. 0 or -ENOMEM. */
int pmk_sha256_of(const void *data, size_t size, char text[PMK_SHA256_HEX]) __attribute__((warn_unused_result));

#endif
