/* SPDX-License-Identifier: MIT */
/* Which name a slip is taken for, and what is asked then. */
#include "unit.h"

#include "base/words/near.h"

#include <stdio.h>

static const char *const forms[] = { "auto", "/dev/videoN", "file:PATH", "presenter[:SEED]",
	"daylight:", "blur[:0..100]", "null" };

static void expect(const char *word, const char *meant)
{
	struct pmk_near near = pmk_near_to(word);
	char ask[PMK_NEAR_ASK], wanted[PMK_NEAR_ASK] = "";

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		pmk_near_try(&near, "", forms[i]);
	pmk_near_ask(&near, ask);
	if (*meant)
		snprintf(wanted, sizeof wanted, "; did you mean %s?", meant);
	assert_string_equal(ask, wanted);
}

/* A letter that is left out, doubled, changed or swapped; the beginning alone; another case. */
static void test_slips(void **state)
{
	expect("presentr", "presenter");
	expect("pressenter", "presenter");
	expect("presanter", "presenter");
	expect("atuo", "auto");
	expect("presen", "presenter");
	expect("AUTO", "auto");
	expect("nul", "null");
}

static void test_what_follows_is_kept(void **state)
{
	expect("presentr:7", "presenter:7");
	expect("fiile:talk.mp4", "file:talk.mp4");
	expect("bluur:30", "blur:30");
	expect("presentr:", "presenter");
}

/* What a name needs is asked for; what it does not take is left out. */
static void test_what_a_name_takes(void **state)
{
	expect("file", "file:PATH");
	expect("fiile:", "file:PATH");
	expect("daylight", "daylight:");
	expect("null:3", "null");
}

static void test_others(void **state)
{
	expect("", "");
	expect("fi", ""); /* too short to tell */
	expect("webcam", "");
	expect("picture", "");
	expect(":auto", "");
	expect("a-word-that-is-longer-than-any-name-here", "");
}

static void test_the_nearest_is_meant(void **state)
{
	struct pmk_near near = pmk_near_to("smoth=3");
	char ask[PMK_NEAR_ASK];

	pmk_near_try(&near, "--", "month");
	pmk_near_try(&near, "--", "smooth");
	pmk_near_try(&near, "--", "smith");
	pmk_near_ask(&near, ask);
	assert_string_equal(ask, "; did you mean --smooth?");
}

/* Swapped letters are one slip, two other ones are two. */
static void test_a_swap_is_one_slip(void **state)
{
	struct pmk_near near = pmk_near_to("nvay");

	pmk_near_try(&near, "", "gray");
	pmk_near_try(&near, "", "navy");
	assert_string_equal(near.name, "navy");
}

static void test_a_long_one_is_cut(void **state)
{
	char word[300] = "fiile:", ask[PMK_NEAR_ASK];
	struct pmk_near near;

	memset(word + 6, 'x', sizeof word - 7);
	near = pmk_near_to(word);
	pmk_near_try(&near, "", "file:PATH");
	pmk_near_ask(&near, ask);
	assert_int_equal(strlen(ask), PMK_NEAR_ASK - 1);
	assert_string_equal(ask + PMK_NEAR_ASK - 7, "xx...?");
}

/* No character of several bytes is cut in the middle: wherever the cut falls, whole ones stay before the dots. */
static void test_whole_characters_stay(void **state)
{
	for (size_t first = 0; first < 2; first++) {
		char word[300] = "fiile:a", ask[PMK_NEAR_ASK];
		struct pmk_near near;

		for (int i = 0; i < 60; i++)
			strcpy(word + 6 + first + 2 * i, "\u00e9");
		near = pmk_near_to(word);
		pmk_near_try(&near, "", "file:PATH");
		pmk_near_ask(&near, ask);
		assert_non_null(strstr(ask, "\u00e9...?"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_what_follows_is_kept),
		cmocka_unit_test(test_what_a_name_takes),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_the_nearest_is_meant),
		cmocka_unit_test(test_a_swap_is_one_slip),
		cmocka_unit_test(test_a_long_one_is_cut),
		cmocka_unit_test(test_whole_characters_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
