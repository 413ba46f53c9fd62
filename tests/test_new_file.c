/* SPDX-License-Identifier: MIT */
/* New files: names as long as the file system allows, the permissions of what they replace, and who may write one. */
#include "base/new_file.h"
#include "base/place/rename_new.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool lists_fail; /* a new file cannot have an access list */

int __real_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
int __wrap_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);

int __wrap_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	errno = ENOTSUP;
	return lists_fail ? -1 : __real_fsetxattr(fd, name, value, size, flags);
}

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
static bool no_locks; /* the file system has none */
static bool as_on_nfs; /* only a file that is open for writing can be locked against all others */
static const char *made_before; /* a file that another process makes before a lock is taken; NULL: none */

static void make(const char *path, mode_t mode);

int __wrap_flock(int fd, int operation)
{
	const char *path = made_before;

	made_before = NULL;
	if (path)
		make(path, 0640);
	if ((operation & LOCK_EX) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY && as_on_nfs) {
		errno = EBADF;
		return -1;
	}
	errno = ENOLCK;
	return no_locks ? -1 : __real_flock(fd, operation);
}

int __real_renameat2(int from_in, const char *from, int to_in, const char *to, unsigned flags);
int __wrap_renameat2(int from_in, const char *from, int to_in, const char *to, unsigned flags);
static bool may_replace; /* the file system cannot promise that a renamed file replaces none */

int __wrap_renameat2(int from_in, const char *from, int to_in, const char *to, unsigned flags)
{
	errno = EINVAL;
	return may_replace ? -1 : __real_renameat2(from_in, from, to_in, to, flags);
}

int __real_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st);
static bool as_on_fat; /* a file has another number each time, unless somebody has it open */

static bool is_open(const struct stat *st)
{
	struct stat own;

	for (int fd = 3; fd < 64; fd++) {
		if (fstat(fd, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino)
			return true;
	}
	return false;
}

static int as_there(int err, struct stat *st)
{
	static ino_t number = 1000;

	if (!err && as_on_fat && !is_open(st))
		st->st_ino = number++;
	return err;
}

int __wrap_stat64(const char *path, struct stat *st)
{
	return as_there(__real_stat64(path, st), st);
}

int __real_lstat64(const char *path, struct stat *st);
int __wrap_lstat64(const char *path, struct stat *st);

int __wrap_lstat64(const char *path, struct stat *st)
{
	return as_there(__real_lstat64(path, st), st);
}

static char folder[] = "/tmp/test_new_file_XXXXXX";

static int enter(void **state)
{
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	return chdir("/") || rmdir(folder) ? -1 : 0;
}

static int entries(void)
{
	DIR *directory = opendir(".");
	int count = -2;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void make(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "old", 3), 3);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void replace(const char *path)
{
	struct pmk_new_file file;
	int fd = pmk_new_file_create(&file, path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "new one", 7), 7);
	close(fd);
	assert_int_equal(pmk_new_file_keep(&file), 0);
}

/* The temporary name is not longer than the file system allows, and a character of several bytes is not cut in two. */
static void test_long_names(void **state)
{
	struct pmk_new_file file;
	char name[NAME_MAX + 2];

	for (int length = 90; length <= NAME_MAX; length += length < 110 || length >= 250 ? 1 : 70) {
		for (int i = 0; i < length; i++)
			name[i] = "a\xc3\xa4"[i % 3];
		if (length % 3 == 2)
			name[length - 1] = 'z';
		name[length] = '\0';
		replace(name);
		assert_int_equal(mode_of(name), 0666 & ~umask(022));
		assert_int_equal(unlink(name), 0);
		assert_true(pmk_new_file_create(&file, name) >= 0);
		for (const char *c = strchr(file.temporary, '\xc3'); c; c = strchr(c + 1, '\xc3'))
			assert_int_equal(c[1], '\xa4');
		pmk_new_file_drop(&file);
	}
	memset(name, 'a', NAME_MAX + 1);
	name[NAME_MAX + 1] = '\0';
	unit_catch_log();
	assert_int_equal(pmk_new_file_create(&file, name), -ENAMETOOLONG);
	assert_int_equal(unit_log_count, 1);
	assert_int_equal(entries(), 0);
}

static void test_mode_is_kept(void **state)
{
	static const mode_t modes[] = { 0600, 0640, 0664, 0444, 0666 };
	struct pmk_new_file file;

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		make("a", modes[i]);
		assert_true(pmk_new_file_create(&file, "a") >= 0);
		assert_int_equal(mode_of(file.temporary), modes[i]); /* from the first byte on */
		pmk_new_file_drop(&file);
		replace("a");
		assert_int_equal(mode_of("a"), modes[i]);
		unlink("a");
	}
	make("a", 04755); /* a new file is not a trusted program */
	replace("a");
	assert_int_equal(mode_of("a"), 0755);
	unlink("a");
	assert_int_equal(entries(), 0);
}

static void test_owner_is_kept(void **state)
{
	struct stat st;

	make("a", 0640);
	if (chown("a", 1234, 2345)) {
		puts("skipped: this user may not give files away"); /* only root may, and not in each namespace */
		unlink("a");
		return;
	}
	replace("a");
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 2345);
	assert_int_equal(st.st_mode & 0777, 0640);
	unlink("a");
}

/* Version 2; owner rw, user 1234 r, group none, mask r, others none. */
static const uint8_t list[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 210, 4, 0, 0, 4, 0, 0, 0, 255,
	255, 255, 255, 16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255 };

static void test_access_list_is_kept(void **state)
{
	uint8_t got[sizeof list + 1];

	make("a", 0600);
	if (setxattr("a", "system.posix_acl_access", list, sizeof list, 0) < 0) {
		puts("skipped: this file system has no access lists");
		unlink("a");
		return;
	}
	replace("a");
	assert_int_equal(getxattr("a", "system.posix_acl_access", got, sizeof got), sizeof list);
	assert_memory_equal(got, list, sizeof list);
	unlink("a");
}

/* The mask of a list that cannot be carried over, in the group's bits, gives the group nothing. */
static void test_mask_of_a_lost_list(void **state)
{
	make("a", 0600);
	if (setxattr("a", "system.posix_acl_access", list, sizeof list, 0) < 0) {
		puts("skipped: this file system has no access lists");
		unlink("a");
		return;
	}
	assert_int_equal(mode_of("a"), 0640);
	lists_fail = true;
	replace("a");
	lists_fail = false;
	assert_int_equal(mode_of("a"), 0600);
	unlink("a");
}

/* An older file stays until the new one is kept; a link stays a link. */
static void test_all_or_nothing(void **state)
{
	struct pmk_new_file file;
	struct stat st;
	int fd;

	make("a", 0600);
	assert_int_equal(symlink("a", "link"), 0);
	fd = pmk_new_file_create(&file, "link");
	assert_true(fd >= 0);
	close(fd);
	pmk_new_file_drop(&file);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_size, 3);
	replace("link");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_size, 7);
	unlink("link");
	unlink("a");
	assert_int_equal(entries(), 0);
}

/* A link whose target does not exist yet stays, too: the file appears where it points. */
static void test_link_to_nothing(void **state)
{
	struct pmk_new_file file;
	struct stat st;

	assert_int_equal(mkdir("disk", 0700), 0);
	assert_int_equal(symlink("second", "disk/first") || symlink("disk/first", "link"), 0);
	replace("link");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat("disk/second", &st), 0);
	assert_true(S_ISREG(st.st_mode));
	unlink("link");
	assert_int_equal(symlink("/nonexistent/folder/a", "link"), 0);
	unit_catch_log();
	assert_true(pmk_new_file_create(&file, "link") < 0);
	assert_int_equal(unit_log_count, 1);
	assert_non_null(strstr(unit_logged, "No such file or directory; make its directory first"));
	pmk_log_redirect(NULL, NULL);
	unlink("link");
	unlink("disk/first");
	unlink("disk/second");
	assert_int_equal(rmdir("disk"), 0);
	assert_int_equal(entries(), 0);
}

/* What is said when the place is at fault: the directory is missing, or is a file, or takes no files. */
static void test_places(void **state)
{
	static const char *const places[][2] = {
		{ "absent/a", "No such file or directory; make its directory first" },
		{ "file/a", "what should be its directory is a file; choose another place" },
		{ "/proc/a", "; choose a" }, /* root gets another reason than users */
	};
	struct pmk_new_file file;

	make("file", 0600);
	unit_catch_log();
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		assert_true(pmk_new_file_create(&file, places[i][0]) < 0);
		if (!strstr(unit_logged, places[i][1]))
			fail_msg("%s: %s", places[i][0], unit_logged);
	}
	pmk_log_redirect(NULL, NULL);
	unlink("file");
}

static void put_there(const char *temporary)
{
	make("other", 0640);
	assert_int_equal(rename("other", temporary), 0);
}

static void remove_there(const char *temporary)
{
	assert_int_equal(unlink(temporary), 0);
}

static void link_there(const char *temporary)
{
	assert_int_equal(rename(temporary, "moved"), 0);
	assert_int_equal(symlink("moved", temporary), 0);
}

/* Somebody else removes the temporary file, or gives its name to another: the directory is not to blame, and whatever
 * has the name by now is not this program's to put in place or to remove. */
static void test_temporary_is_lost(void **state)
{
	static void (*const ways[])(const char *) = { remove_there, put_there, link_there };
	struct pmk_new_file file;
	char temporary[PATH_MAX];

	for (int i = 0; i < 24; i++) {
		bool claimed = i % 2, older = i / 2 % 2, drops = i / 4 % 2, there = i / 8;
		int fd;

		if (older)
			make("a", 0600);
		fd = (claimed ? pmk_new_file_claim : pmk_new_file_create)(&file, "a");
		assert_true(fd >= 0);
		file.partial = file.precious = claimed;
		snprintf(temporary, sizeof temporary, "%s", file.temporary);
		ways[i / 8](temporary);
		unit_catch_log();
		if (drops)
			pmk_new_file_drop(&file);
		else
			assert_int_equal(pmk_new_file_keep(&file), -ENOENT);
		close(fd);
		assert_int_equal(unit_log_count, !drops);
		if (!drops)
			assert_string_equal(strchr(unit_logged, ':'),
				": cannot be created: its temporary file was removed or replaced meanwhile");
		pmk_log_redirect(NULL, NULL);
		assert_int_equal(access("a", F_OK) == 0, older);
		assert_int_equal(access(temporary, F_OK) == 0, there);
		unlink("a");
		unlink(temporary);
		unlink("moved");
		assert_int_equal(entries(), 0);
	}
}

/* One that is closed before it is put in place is known by its number, too. */
static void test_end_where_numbers_change(void **state)
{
	struct pmk_new_file file;

	as_on_fat = true;
	assert_int_equal(pmk_new_file_end(&file, "a", pmk_new_file_create(&file, "a"), 0, NULL), 0);
	as_on_fat = false;
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(entries(), 0);
}

/* --- claims --- */

static void expect_busy(const char *path, bool claimed)
{
	struct pmk_new_file file;
	int before = entries();

	unit_catch_log();
	assert_int_equal((claimed ? pmk_new_file_claim : pmk_new_file_create)(&file, path), -EBUSY);
	assert_int_equal(unit_log_count, 1);
	assert_non_null(strstr(unit_logged, "cannot be created: another program is writing it; end that one first"));
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(entries(), before);
}

/* From the claim until the file is closed, under whatever name. */
static void test_claim(void **state)
{
	struct pmk_new_file file, other;
	int fd, second;

	assert_int_equal(symlink("a", "link"), 0);
	fd = pmk_new_file_claim(&file, "a");
	assert_true(fd >= 0);
	expect_busy("a", true);
	expect_busy("./a", true);
	expect_busy("link", true);
	assert_int_equal(pmk_new_file_keep(&file), 0);
	assert_int_equal(link("a", "hard"), 0);
	for (int claimed = 0; claimed < 2; claimed++) {
		expect_busy("a", claimed);
		expect_busy("link", claimed);
		expect_busy("hard", claimed);
	}
	second = pmk_new_file_claim(&other, "b");
	pmk_new_file_drop(&other);
	close(second);
	close(fd);
	fd = pmk_new_file_claim(&file, "link");
	assert_true(fd >= 0);
	pmk_new_file_drop(&file);
	close(fd);
	unlink("a");
	unlink("hard");
	unlink("link");
	assert_int_equal(entries(), 0);
}

/* A claim ends with its process; what that left is removed. */
static void test_claim_of_a_killed_process(void **state)
{
	struct pmk_new_file file;
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		(void)!pmk_new_file_claim(&file, "a");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(entries(), 1);
	fd = pmk_new_file_claim(&file, "a");
	assert_true(fd >= 0);
	assert_int_equal(entries(), 1);
	pmk_new_file_drop(&file);
	close(fd);
	assert_int_equal(entries(), 0);
}

static void test_claim_on_nfs(void **state)
{
	as_on_nfs = true;
	test_claim(state);
	test_claim_of_a_killed_process(state);
	as_on_nfs = false;
}

/* Without locks, and with a name that leaves no room for the claim's, a file is made all the same. */
static void test_no_claim(void **state)
{
	struct pmk_new_file file, second;
	char name[NAME_MAX + 1];
	int fd, other;

	memset(name, 'a', NAME_MAX);
	name[NAME_MAX] = '\0';
	for (int i = 0; i < 2; i++) {
		no_locks = i == 0;
		fd = pmk_new_file_claim(&file, i ? name : "a");
		other = pmk_new_file_claim(&second, i ? name : "a");
		assert_true(fd >= 0 && other >= 0);
		assert_int_equal(entries(), 2);
		assert_int_equal(pmk_new_file_keep(&file), 0);
		pmk_new_file_drop(&second);
		close(fd);
		close(other);
		no_locks = false;
		assert_int_equal(unlink(i ? name : "a"), 0);
	}
	assert_int_equal(entries(), 0);
}

/* What holds the temporary name and is no claim is not touched. */
static void test_temporary_name_is_taken(void **state)
{
	struct pmk_new_file file;
	int fd;

	assert_int_equal(symlink("elsewhere", ".a.potemkin"), 0);
	fd = pmk_new_file_claim(&file, "a");
	assert_true(fd >= 0);
	pmk_new_file_drop(&file);
	close(fd);
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink(".a.potemkin"), 0);
}

/* A file that another program makes meanwhile stays, and the new one, too, if it is worth something. */
static void test_place_is_taken(void **state)
{
	struct pmk_new_file file;
	char left[64];
	int fd;

	for (int i = 0; i < 8; i++) {
		bool older = i % 2, precious = i / 2 % 2;

		may_replace = i / 4;

		if (older)
			make("a", 0600);
		fd = pmk_new_file_claim(&file, "a");
		file.precious = precious;
		unlink("a");
		make("a", 0640); /* perhaps with the number of the older one */
		unit_catch_log();
		assert_int_equal(pmk_new_file_keep(&file), -EEXIST);
		close(fd);
		assert_int_equal(unit_log_count, 1);
		snprintf(left, sizeof left, ".a.%d-0", (int)getpid());
		assert_non_null(strstr(unit_logged, precious ? left : "cannot be created"));
		assert_non_null(strstr(unit_logged, "another program has put a file there meanwhile"));
		pmk_log_redirect(NULL, NULL);
		assert_int_equal(mode_of("a"), 0640);
		assert_int_equal(entries(), precious ? 2 : 1);
		unlink("a");
		unlink(left);
	}
	may_replace = false;
	assert_int_equal(entries(), 0);
}

/* The place beside it may be taken, too, and the new file may be gone. */
static void test_place_beside_is_taken(void **state)
{
	struct pmk_new_file file;
	char left[2][64];
	int fd;

	for (int i = 0; i < 2; i++)
		snprintf(left[i], sizeof left[i], ".a.%d-%d", (int)getpid(), i);
	for (int i = 0; i < 3; i++) {
		may_replace = i == 1;
		fd = pmk_new_file_claim(&file, "a");
		file.precious = true;
		make("a", 0640);
		make(left[0], 0640);
		if (i == 2)
			unlink(".a.potemkin");
		unit_catch_log();
		assert_int_equal(pmk_new_file_keep(&file), i == 2 ? -ENOENT : -EEXIST);
		close(fd);
		assert_int_equal(unit_log_count, 1);
		assert_non_null(strstr(unit_logged, i == 2 ? "was removed or replaced meanwhile" : left[1]));
		pmk_log_redirect(NULL, NULL);
		assert_int_equal(mode_of(left[0]), 0640);
		assert_int_equal(entries(), i == 2 ? 2 : 3);
		assert_int_equal(unlink("a") || unlink(left[0]), 0);
		unlink(left[1]);
	}
	assert_int_equal(entries(), 0);
}

static void test_rename_new(void **state)
{
	for (int i = 0; i < 2; i++) {
		may_replace = i;
		make("a", 0600);
		assert_int_equal(pmk_rename_new("a", "b"), 0);
		assert_int_equal(mode_of("b"), 0600);
		make("a", 0640);
		assert_int_equal(pmk_rename_new("a", "b"), -EEXIST);
		assert_int_equal(mode_of("b"), 0600);
		assert_int_equal(pmk_rename_new("absent", "c"), -ENOENT);
		assert_int_equal(entries(), 2);
		assert_int_equal(unlink("a") || unlink("b"), 0);
	}
	may_replace = false;
}

/* Whoever had the claim before finishes just then: that file is one that was there. */
static void test_place_is_taken_before_the_claim(void **state)
{
	struct pmk_new_file file;
	int fd;

	made_before = "a";
	fd = pmk_new_file_claim(&file, "a");
	assert_int_equal(pmk_new_file_keep(&file), 0);
	close(fd);
	assert_int_equal(mode_of("a"), 0640);
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(entries(), 0);
}

static void test_numbers_change(void **state)
{
	struct pmk_new_file file;
	struct stat first, second;
	int fd, before = dup(0);

	close(before);
	as_on_fat = true;
	make("a", 0600);
	assert_int_equal(stat("a", &first) || stat("a", &second), 0);
	assert_int_not_equal(first.st_ino, second.st_ino);
	fd = pmk_new_file_claim(&file, "a");
	assert_int_equal(pmk_new_file_keep(&file), 0);
	close(fd);
	fd = pmk_new_file_claim(&file, "a");
	pmk_new_file_drop(&file);
	close(fd);
	as_on_fat = false;
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(entries(), 0);
	assert_int_equal(dup(0), before); /* nothing is left open */
	close(before);
}

/* The older file may be removed meanwhile. */
static void test_place_is_free_again(void **state)
{
	struct pmk_new_file file;
	int fd;

	make("a", 0600);
	fd = pmk_new_file_claim(&file, "a");
	unlink("a");
	assert_int_equal(pmk_new_file_keep(&file), 0);
	close(fd);
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(entries(), 0);
}

/* A part of what is wanted replaces no older file, and is left until the next claim, if there can be claims. */
static void test_partial(void **state)
{
	struct pmk_new_file file;
	char left[64];
	int fd;

	for (int way = 0; way < 5; way++) {
		bool stays = way == 2 || way == 4;

		snprintf(left, sizeof left, ".a.potemkin");
		if (way == 4)
			snprintf(left, sizeof left, ".a.%d-0", (int)getpid());
		if (way)
			make("a", 0600);
		no_locks = way == 4;
		fd = pmk_new_file_claim(&file, "a");
		no_locks = false;
		file.partial = true;
		if (way == 1)
			unlink("a");
		if (way == 3)
			unlink(left);
		unit_catch_log();
		assert_int_equal(pmk_new_file_keep(&file), stays ? -EALREADY : way == 3 ? -ENOENT : 0);
		pmk_log_redirect(NULL, NULL);
		close(fd);
		assert_int_equal(unit_log_count, way >= 2);
		if (stays) {
			assert_non_null(strstr(unit_logged, left));
			assert_int_equal(strstr(unit_logged, " until another is begun") != NULL, way == 2);
		}
		assert_int_equal(entries(), stays ? 2 : 1);
		unlink("a");
		unlink(left);
	}
	assert_int_equal(entries(), 0);
}

/* What it will replace must be known, or it would be taken for another program's in the end. */
static void test_no_descriptor_for_the_older_file(void **state)
{
	struct rlimit before, few;
	struct pmk_new_file file;
	int next = dup(0);

	close(next);
	make("a", 0640);
	getrlimit(RLIMIT_NOFILE, &before);
	few = (struct rlimit){ (rlim_t)next + 1, before.rlim_max };
	for (int claimed = 0; claimed < 2; claimed++) {
		unit_catch_log();
		setrlimit(RLIMIT_NOFILE, &few);
		assert_int_equal((claimed ? pmk_new_file_claim : pmk_new_file_create)(&file, "a"), -EMFILE);
		setrlimit(RLIMIT_NOFILE, &before);
		pmk_log_redirect(NULL, NULL);
		assert_string_equal(unit_logged, "a: cannot be created: Too many open files");
		assert_int_equal(entries(), 1);
	}
	assert_int_equal(unlink("a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_mode_is_kept),
		cmocka_unit_test(test_owner_is_kept),
		cmocka_unit_test(test_access_list_is_kept),
		cmocka_unit_test(test_mask_of_a_lost_list),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_link_to_nothing),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_temporary_is_lost),
		cmocka_unit_test(test_end_where_numbers_change),
		cmocka_unit_test(test_claim),
		cmocka_unit_test(test_claim_of_a_killed_process),
		cmocka_unit_test(test_claim_on_nfs),
		cmocka_unit_test(test_no_claim),
		cmocka_unit_test(test_temporary_name_is_taken),
		cmocka_unit_test(test_place_is_taken),
		cmocka_unit_test(test_place_beside_is_taken),
		cmocka_unit_test(test_rename_new),
		cmocka_unit_test(test_place_is_taken_before_the_claim),
		cmocka_unit_test(test_place_is_free_again),
		cmocka_unit_test(test_numbers_change),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_no_descriptor_for_the_older_file),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
