/* SPDX-License-Identifier: MIT */
/* Against the examples that NIST publishes for FIPS 180-4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/sha256.h"

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char two_blocks_hex[] = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

static void known_digests(void **state)
{
	char text[PMK_SHA256_HEX];

	assert_int_equal(pmk_sha256_of("", 0, text), 0);
	assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(pmk_sha256_of("abc", 3, text), 0);
	assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(pmk_sha256_of(two_blocks, sizeof two_blocks - 1, text), 0);
	assert_string_equal(text, two_blocks_hex);
}

static void pieces_equal_the_whole(void **state)
{
	uint8_t digest[PMK_SHA256_BYTES];
	char text[PMK_SHA256_HEX];
	struct pmk_sha256 sha;

	assert_int_equal(pmk_sha256_init(&sha), 0);
	for (size_t i = 0; i < sizeof two_blocks - 1; i++)
		pmk_sha256_update(&sha, two_blocks + i, 1);
	pmk_sha256_final(&sha, digest);
	pmk_sha256_hex(digest, text);
	assert_string_equal(text, two_blocks_hex);
	pmk_sha256_final(&sha, digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(pieces_equal_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
