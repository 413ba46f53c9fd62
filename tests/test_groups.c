/* SPDX-License-Identifier: MIT */
/* People in a look who touch each other are told apart by their heads. */
#include "unit.h"

#include "find/groups.h"

enum { W = 128, H = 64 };

static float picture[W * H];
static struct pmk_groups groups;

static int clear(void **state)
{
	(void)state;
	memset(picture, 0, sizeof picture);
	return 0;
}

static void fill(int left, int top, int right, int bottom)
{
	for (int y = top; y < bottom; y++) {
		for (int x = left; x < right; x++)
			picture[y * W + x] = 1;
	}
}

/* Head and shoulders around column x, down to the lower edge. */
static void put_person(int x, int top)
{
	fill(x - 8, top, x + 8, top + 20);
	fill(x - 18, top + 20, x + 18, H);
}

static int split(void)
{
	pmk_groups_find(&groups, picture, W, H);
	pmk_groups_split(&groups);
	return groups.count;
}

static int label_at(int x, int y)
{
	return groups.label[y / groups.size * groups.columns + x / groups.size];
}

static void test_one_person(void **state)
{
	put_person(64, 10);
	assert_int_equal(split(), 1);
}

static void test_hair_and_ears(void **state)
{
	put_person(64, 10);
	fill(56, 4, 60, 10);
	fill(68, 4, 72, 10);
	assert_int_equal(split(), 1);
}

static void test_three_shoulder_to_shoulder(void **state)
{
	int blocks = 0;

	put_person(22, 20);
	put_person(58, 10);
	put_person(94, 16);
	assert_int_equal(split(), 3);
	assert_true(label_at(22, 30) && label_at(58, 30) && label_at(94, 30));
	assert_int_not_equal(label_at(22, 30), label_at(58, 30));
	assert_int_not_equal(label_at(58, 30), label_at(94, 30));
	assert_int_not_equal(label_at(22, 30), label_at(94, 30));
	for (int k = 0; k < groups.count; k++) {
		blocks += groups.group[k].blocks;
		assert_true(groups.group[k].box.right > groups.group[k].box.left);
	}
	for (int i = 0; i < groups.columns * groups.rows; i++) {
		blocks -= groups.label[i] != 0;
		assert_in_range(groups.label[i], 0, 3);
	}
	assert_int_equal(blocks, 0); /* each block is counted once */
}

/* A wall beside a person that is as high as its own edge: the person keeps the shoulder. */
static void test_a_shoulder_under_an_edge(void **state)
{
	put_person(40, 20);
	fill(58, 4, 90, H);
	assert_int_equal(split(), 2);
	assert_int_equal(label_at(55, 50), label_at(40, 30));
	assert_int_equal(label_at(62, 50), label_at(62, 10));
	assert_int_not_equal(label_at(55, 50), label_at(62, 50));
}

/* There is never room for more than PMK_GROUPS_MOST. */
static void test_a_comb(void **state)
{
	fill(0, 40, W, H);
	for (int x = 0; x < W; x += 4)
		fill(x, 4, x + 2, 40);
	assert_in_range(split(), 2, PMK_GROUPS_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_person, clear),
		cmocka_unit_test_setup(test_hair_and_ears, clear),
		cmocka_unit_test_setup(test_three_shoulder_to_shoulder, clear),
		cmocka_unit_test_setup(test_a_shoulder_under_an_edge, clear),
		cmocka_unit_test_setup(test_a_comb, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
