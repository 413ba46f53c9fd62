/* SPDX-License-Identifier: MIT */
#include "base/sha256.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 64, LENGTH_AT = PMK_SHA256_BLOCK - 8 };

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[ROUNDS] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate_right(uint32_t x, int bits)
{
	return x >> bits | x << (32 - bits);
}

static uint32_t read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* FIPS 180-4, 6.2.2. The standard's working variables a to h are v[0] to v[7]. */
static void hash_block(uint32_t hash[8], const uint8_t *block)
{
	uint32_t w[ROUNDS], v[8];

	for (int t = 0; t < 16; t++)
		w[t] = read_be32(block + 4 * t);
	for (int t = 16; t < ROUNDS; t++)
		w[t] = (rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10) + w[t - 7] +
			(rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3) + w[t - 16];
	memcpy(v, hash, sizeof v);
	for (int t = 0; t < ROUNDS; t++) {
		uint32_t t1 = v[7] + (rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^ rotate_right(v[4], 25)) +
			((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[t] + w[t];
		uint32_t t2 = (rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^ rotate_right(v[0], 22)) +
			((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		for (int i = 7; i > 0; i--)
			v[i] = v[i - 1];
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		hash[i] += v[i];
}

/* FIPS 180-4, 5.3.3: the first 32 bits of the fractional parts of the square roots of the first eight primes. */
void pmk_sha256_init(struct pmk_sha256 *sha)
{
	*sha = (struct pmk_sha256){ .hash = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
					    0x1f83d9ab, 0x5be0cd19 } };
}

void pmk_sha256_update(struct pmk_sha256 *sha, const void *data, size_t size)
{
	size_t kept = sha->bytes % PMK_SHA256_BLOCK, part;
	const uint8_t *from = data;

	sha->bytes += size;
	for (; size; from += part, size -= part, kept = 0) {
		part = pmk_min_size(size, PMK_SHA256_BLOCK - kept);
		if (part == PMK_SHA256_BLOCK) {
			hash_block(sha->hash, from);
			continue;
		}
		memcpy(sha->rest + kept, from, part);
		if (kept + part == PMK_SHA256_BLOCK)
			hash_block(sha->hash, sha->rest);
	}
}

/* FIPS 180-4, 5.1.1: padding is one set bit, zeros, and the message's length in bits at the end of a block. */
void pmk_sha256_final(struct pmk_sha256 *sha, uint8_t digest[PMK_SHA256_BYTES])
{
	static const uint8_t padding[PMK_SHA256_BLOCK] = { 0x80 };
	uint64_t bits = sha->bytes * 8;
	uint8_t length[8];

	pmk_sha256_update(sha, padding, 1 + (LENGTH_AT - 1 - sha->bytes % PMK_SHA256_BLOCK) % PMK_SHA256_BLOCK);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	pmk_sha256_update(sha, length, sizeof length);
	for (int i = 0; i < PMK_SHA256_BYTES; i++)
		digest[i] = (uint8_t)(sha->hash[i / 4] >> (24 - 8 * (i % 4)));
}

void pmk_sha256_hex(const uint8_t digest[PMK_SHA256_BYTES], char text[PMK_SHA256_HEX])
{
	for (int i = 0; i < PMK_SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void pmk_sha256_of(const void *data, size_t size, char text[PMK_SHA256_HEX])
{
	uint8_t digest[PMK_SHA256_BYTES];
	struct pmk_sha256 sha;

	pmk_sha256_init(&sha);
	pmk_sha256_update(&sha, data, size);
	pmk_sha256_final(&sha, digest);
	pmk_sha256_hex(digest, text);
}
