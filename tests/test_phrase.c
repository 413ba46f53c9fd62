/* SPDX-License-Identifier: MIT */
/* Words that are cut end in dots, and are whole characters. */
#include "unit.h"

#include "base/words/phrase.h"

static void test_what_fits_stays(void **state)
{
	char text[12];

	pmk_phrase(text, sizeof text, "%s and %d", "ten", 200);
	assert_string_equal(text, "ten and 200");
	assert_string_equal(pmk_short("ten", 3).text, "ten");
}

static void test_what_does_not_fit_is_cut(void **state)
{
	char text[12], none[2] = "x";

	pmk_phrase(text, sizeof text, "%s", "a name that is long");
	assert_string_equal(text, "a name t...");
	assert_string_equal(pmk_short("a name that is long", 6).text, "a name...");
	pmk_phrase(none, sizeof none, "%s", "long"); /* no room for dots */
	assert_string_equal(none, "l");
}

static void test_no_character_is_cut(void **state)
{
	char text[9];

	for (size_t blanks = 0; blanks < 4; blanks++) {
		pmk_phrase(text, sizeof text, "%.*s\u00e4\u20ac\U0001f600 and more", (int)blanks, "    ");
		assert_true(strlen(text) < sizeof text);
		assert_string_equal(strchr(text, '.'), "...");
		for (const char *c = strchr(text, '.') - 1; c >= text; c--) { /* the last character before the dots */
			unsigned char first = (unsigned char)*c;
			long bytes = strchr(text, '.') - c;

			if ((first & 0xc0) == 0x80)
				continue;
			assert_int_equal(bytes, first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
			break;
		}
	}
}

static void test_a_longer_limit_than_there_is_room(void **state)
{
	char name[500];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(strlen(pmk_short(name, 400).text), PMK_SHORT + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fits_stays),
		cmocka_unit_test(test_what_does_not_fit_is_cut),
		cmocka_unit_test(test_no_character_is_cut),
		cmocka_unit_test(test_a_longer_limit_than_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
