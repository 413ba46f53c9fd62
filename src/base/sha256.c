/* SPDX-License-Identifier: MIT */
#include "base/sha256.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <libavutil/sha.h>
#include <stdio.h>

int pmk_sha256_init(struct pmk_sha256 *sha)
{
	struct AVSHA *state = av_sha_alloc();

	if (!state)
		return -ENOMEM;
	av_sha_init(state, 256);
	sha->state = state;
	return 0;
}

void pmk_sha256_update(struct pmk_sha256 *sha, const void *data, size_t size)
{
	av_sha_update(sha->state, data, size);
}

void pmk_sha256_final(struct pmk_sha256 *sha, uint8_t digest[PMK_SHA256_BYTES])
{
	if (!sha->state)
		return;
	if (digest)
		av_sha_final(sha->state, digest);
	av_freep(&sha->state);
}

void pmk_sha256_hex(const uint8_t digest[PMK_SHA256_BYTES], char text[PMK_SHA256_HEX])
{
	for (int i = 0; i < PMK_SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

int pmk_sha256_of(const void *data, size_t size, char text[PMK_SHA256_HEX])
{
	uint8_t digest[PMK_SHA256_BYTES];
	struct pmk_sha256 sha;
	int err = pmk_sha256_init(&sha);

	if (err < 0)
		return err;
	pmk_sha256_update(&sha, data, size);
	pmk_sha256_final(&sha, digest);
	pmk_sha256_hex(digest, text);
	return 0;
}
