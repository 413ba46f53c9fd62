/* SPDX-License-Identifier: MIT */
/* Part of guard.h: Landlock. The header of an older kernel lacks what a newer one can refuse, so all is in numbers of
 * landlock(7). */
#include "base/guard/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_landlock_create_ruleset

enum {
	VERSION_FLAG = 1,
	RULE_BENEATH = 1,
	NETWORK_SINCE = 4,
	SCOPES_SINCE = 6,
	OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15, /* what can be allowed for a file alone */
};

struct beneath {
	uint64_t may;
	int32_t folder;
} __attribute__((packed));

/* False: a rule cannot be had, as where a service's settings forbid the call. */
static bool allow(int rules, uint64_t known, const struct pmk_guard_path *path)
{
	struct beneath rule = { .may = path->may & known };
	struct stat st;
	bool done;

	rule.folder = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.folder < 0)
		return true; /* nobody can be shut out of what is not there */
	if (fstat(rule.folder, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.may &= OF_FILES;
	/* EBADFD: of a file system of the kernel's own, which is not restricted */
	done = !rule.may || syscall(SYS_landlock_add_rule, rules, RULE_BENEATH, &rule, 0) == 0 || errno == EBADFD;
	close(rule.folder);
	return done;
}

bool pmk_guard_paths(const struct pmk_guard_path *paths, int count, bool abstract)
{
	static const uint64_t files[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_FLAG);
	/* ways to use files; to bind and connect; to reach abstract sockets and to send signals */
	uint64_t refused[3] = { 0, 3, abstract ? 2 : 3 };
	size_t size = sizeof refused[0];
	bool done = true;
	int rules;

	if (version < 1)
		return false;
	refused[0] = files[version < 5 ? version : 5];
	size *= version >= SCOPES_SINCE ? 3 : version >= NETWORK_SINCE ? 2 : 1;
	rules = (int)syscall(SYS_landlock_create_ruleset, refused, size, 0);
	if (rules < 0)
		return false;
	for (int i = 0; i < count && done; i++)
		done = allow(rules, refused[0], &paths[i]);
	done = done && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return done;
}

#else
bool pmk_guard_paths(const struct pmk_guard_path *paths, int count, bool abstract)
{
	return false;
}
#endif
