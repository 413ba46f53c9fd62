/* SPDX-License-Identifier: MIT */
/* Tests of base/sha256 against the examples that NIST publishes for FIPS 180-4 and, for messages that end near the end
 * of a block, against sha256sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char two_blocks_hex[] = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

static void known_digests(void **state)
{
	char text[PMK_SHA256_HEX];

	pmk_sha256_of("", 0, text);
	assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	pmk_sha256_of("abc", 3, text);
	assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	pmk_sha256_of(two_blocks, sizeof two_blocks - 1, text);
	assert_string_equal(text, two_blocks_hex);
}

/* From 56 bytes in the last block on, the length does not fit into it. */
static void ends_of_a_block(void **state)
{
	static const struct {
		size_t bytes;
		const char *hex;
	} cases[] = {
		{ 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
		{ 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
		{ 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
		{ 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
		{ 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
		{ 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
		{ 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	};
	char *message = malloc(1000000), text[PMK_SHA256_HEX];

	assert_non_null(message);
	memset(message, 'a', 1000000);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		pmk_sha256_of(message, cases[i].bytes, text);
		assert_string_equal(text, cases[i].hex);
	}
	free(message);
}

static void pieces_equal_the_whole(void **state)
{
	uint8_t digest[PMK_SHA256_BYTES];
	char text[PMK_SHA256_HEX];
	struct pmk_sha256 sha;

	pmk_sha256_init(&sha);
	for (size_t i = 0; i < sizeof two_blocks - 1; i++)
		pmk_sha256_update(&sha, two_blocks + i, 1);
	pmk_sha256_final(&sha, digest);
	pmk_sha256_hex(digest, text);
	assert_string_equal(text, two_blocks_hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(ends_of_a_block),
		cmocka_unit_test(pieces_equal_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
