/* SPDX-License-Identifier: MIT */
/* The few words of cmocka that the tests of kernels use, for processors whose cmocka is not at hand. The first failure
 * ends the program. */
#ifndef PMK_TESTS_PLAIN_CMOCKA_H
#define PMK_TESTS_PLAIN_CMOCKA_H

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

static inline void plain_check(int good, const char *what, const char *file, int line)
{
	if (good)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	exit(1);
}

static inline int plain_run(const struct CMUnitTest *tests, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		void *state = NULL;
		tests[i].run(&state);
		printf("%s: ok\n", tests[i].name);
	}
	return 0;
}

#define cmocka_unit_test(function) \
	{ \
#function, function \
	}
#define cmocka_run_group_tests(tests, setup, teardown) plain_run(tests, sizeof(tests) / sizeof(tests)[0])
#define assert_true(that) plain_check(!!(that), #that, __FILE__, __LINE__)
#define assert_int_equal(a, b) plain_check((long long)(a) == (long long)(b), #a " == " #b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, bytes) plain_check(memcmp(a, b, bytes) == 0, #a " == " #b, __FILE__, __LINE__)

#endif
