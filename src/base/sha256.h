/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for the checksums of models and for the hash output. It allocates nothing and cannot fail. A
 * state belongs to one thread. */
#ifndef PMK_BASE_SHA256_H
#define PMK_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* bytes of a digest, of its text with the final zero, and of the block that is hashed at once */
enum { PMK_SHA256_BYTES = 32, PMK_SHA256_HEX = 65, PMK_SHA256_BLOCK = 64 };

struct pmk_sha256 {
	uint32_t hash[8];
	uint64_t bytes; /* length of the message so far */
	uint8_t rest[PMK_SHA256_BLOCK]; /* the last (bytes % PMK_SHA256_BLOCK) bytes of the message, which are not
					   hashed yet */
};

void pmk_sha256_init(struct pmk_sha256 *sha);
void pmk_sha256_update(struct pmk_sha256 *sha, const void *data, size_t size);
/* Finish the digest. Call pmk_sha256_init before using `sha` again. */
void pmk_sha256_final(struct pmk_sha256 *sha, uint8_t digest[PMK_SHA256_BYTES]);

void pmk_sha256_hex(const uint8_t digest[PMK_SHA256_BYTES], char text[PMK_SHA256_HEX]); /* lower-case hexadecimal */
/* The digest of `data` as text, in one call. */
void pmk_sha256_of(const void *data, size_t size, char text[PMK_SHA256_HEX]);

#endif
