/* SPDX-License-Identifier: MIT */
/* The user's own backdrops: names, kinds, and uploads that are good, wrong, cut off, too large, or find no room. */
#include "control/page/own/folder.h"
#include "control/page/own/kind.h"
#include "control/page/own/upload.h"

#include "media/still.h"
#include "media_material.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[512];

static int setup(void **state)
{
	int err = material_setup(state);

	setenv("XDG_DATA_HOME", material_directory, 1);
	snprintf(folder, sizeof folder, "%s/potemkin/backdrops", material_directory);
	signal(SIGXFSZ, SIG_IGN);
	return err;
}

static int count(void)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	int found = 0;

	while (directory && (entry = readdir(directory)))
		found += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (directory)
		closedir(directory);
	return found;
}

static int clear(void **state)
{
	char command[1024];

	snprintf(command, sizeof command, "rm -rf '%s/potemkin'", material_directory);
	return system(command);
}

/* A picture as PNG. */
static uint8_t *make_picture(size_t *bytes)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, 64, 48), 0);
	assert_int_equal(pmk_still_write_rgb(material_path("made.png"), &rgb), 0);
	pmk_rgb_free(&rgb);
	return material_load(material_path("made.png"), bytes);
}

static char path[PATH_MAX], why[PMK_LOG_LINE];

static int store(const char *name, const void *data, size_t bytes)
{
	struct pmk_upload *upload;
	int err;

	assert_int_equal(pmk_upload_begin("", name, &upload), 0);
	for (size_t at = 0; at < bytes; at += 4096)
		pmk_upload_add(upload, (const char *)data + at, bytes - at < 4096 ? bytes - at : 4096);
	err = pmk_upload_end(upload, path, why);
	pmk_upload_free(upload);
	return err;
}

static void assert_stored(const char *name)
{
	char wanted[PATH_MAX];

	snprintf(wanted, sizeof wanted, "%s/%s", folder, name);
	assert_string_equal(path, wanted);
	assert_int_equal(access(wanted, R_OK), 0);
}

static void a_good_picture_is_kept(void **state)
{
	size_t bytes;
	uint8_t *data = make_picture(&bytes);
	struct stat st;

	assert_int_equal(store("my library.jpeg", data, bytes), 0);
	assert_stored("my library.png");
	assert_int_equal(store("my library.png", data, bytes), 0);
	assert_stored("my library 2.png");
	assert_int_equal(store("/etc/my library", data, bytes), 0);
	assert_stored("my library 3.png");
	assert_int_equal(count(), 3);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0077, 0);
	free(data);
}

static void two_at_once_do_not_meet(void **state)
{
	struct pmk_upload *a, *b;
	size_t bytes;
	uint8_t *data = make_picture(&bytes);

	assert_int_equal(pmk_upload_begin("", "a", &a), 0);
	assert_int_equal(pmk_upload_begin("", "a", &b), 0);
	pmk_upload_add(a, data, bytes / 2);
	pmk_upload_add(b, data, bytes);
	pmk_upload_add(a, data + bytes / 2, bytes - bytes / 2);
	assert_int_equal(pmk_upload_end(a, path, why), 0);
	assert_stored("a.png");
	assert_int_equal(pmk_upload_end(b, path, why), 0);
	assert_stored("a 2.png");
	pmk_upload_free(a);
	pmk_upload_free(b);
	assert_int_equal(count(), 2);
	free(data);
}

static void what_is_wrong_is_said_and_not_kept(void **state)
{
	size_t bytes;
	uint8_t *data = make_picture(&bytes);
	static char large[1 << 20];
	struct pmk_upload *upload;

	material_errors = 0;
	assert_int_equal(store("a.png", "no picture", 10), -EBADMSG);
	assert_non_null(strstr(why, "a: neither a picture nor a film"));
	assert_int_equal(store("a.png", "", 0), -EBADMSG);
	assert_int_equal(store("a.svg", "<svg/>", 6), -EBADMSG);
	assert_int_equal(store("cut.png", data, bytes - 30), -EBADMSG);
	assert_non_null(strstr(why, "cut: a PNG picture"));
	assert_non_null(strstr(why, "damaged, cut off"));
	assert_null(strstr(why, ".upload-"));
	assert_int_equal(material_errors, 0);
	assert_int_equal(store("a.jpg", "\xff\xd8\xff\xe0 and so on", 14), -EBADMSG);
	assert_int_equal(pmk_upload_begin("", "large", &upload), 0);
	for (int i = 0; i < 65; i++)
		pmk_upload_add(upload, large, sizeof large);
	assert_int_equal(pmk_upload_end(upload, path, why), -EMSGSIZE);
	assert_non_null(strstr(why, "large: larger than 64 MB"));
	pmk_upload_free(upload);
	assert_int_equal(pmk_upload_begin("", "given up", &upload), 0);
	pmk_upload_add(upload, data, bytes / 2);
	pmk_upload_free(upload);
	assert_int_equal(count(), 0);
	free(data);
}

static void no_room_is_said(void **state)
{
	struct rlimit before, little = { 100, 100 };
	size_t bytes;
	uint8_t *data = make_picture(&bytes);
	int err;

	getrlimit(RLIMIT_FSIZE, &before);
	little.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &little);
	err = store("a", data, bytes);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(err, -EFBIG);
	assert_non_null(strstr(why, "a: cannot be stored in"));
	assert_int_equal(count(), 0);
	free(data);
}

static void names_stay_in_the_folder(void **state)
{
	static const char *const cases[][2] = { { "../../etc/passwd", "passwd" }, { "..", "picture" },
		{ "", "picture" }, { ".hidden.png", "hidden" }, { "C:\\Users\\me\\wall.jpg", "wall" },
		{ "a\nb\x1b[31m.png", "a_b_[31m" }, { "caf\xc3\xa9.png", "caf\xc3\xa9" },
		{ "bad\xff\xc3.png", "bad__" }, { "no.ending.of.a.kind", "no.ending.of.a" }, { " . .x", "x" },
		{ ".png", "png" } };
	static const char *const refused[] = { "", ".", "..", ".upload-1", "a/b", "/etc/passwd", "../a" };
	char name[PMK_OWN_NAME], longest[400];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		pmk_own_clean_name(cases[i][0], name);
		assert_string_equal(name, cases[i][1]);
	}
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	memcpy(longest + 99, "\xc3\xa9", 2); /* which does not fit whole */
	pmk_own_clean_name(longest, name);
	assert_int_equal(strlen(name), 99);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_int_equal(pmk_own_path("", refused[i], path), -EINVAL);
		assert_int_equal(pmk_own_remove("", refused[i]), -EINVAL);
	}
	assert_int_equal(pmk_own_remove("", "absent.png"), -ENOENT);
}

static void removal_takes_files_only(void **state)
{
	size_t bytes;
	uint8_t *data = make_picture(&bytes);

	assert_int_equal(store("a", data, bytes), 0);
	assert_int_equal(pmk_own_remove("", "a.png"), 0);
	assert_int_equal(count(), 0);
	snprintf(path, sizeof path, "%s/below", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(pmk_own_path("/some/where", "a.png", path), 0);
	assert_string_equal(path, "/some/where/a.png");
	assert_int_equal(pmk_own_remove("", "below"), -EINVAL);
	assert_int_equal(count(), 1);
	free(data);
}

static void kinds_are_told_by_content(void **state)
{
	static const struct {
		const char *head;
		size_t bytes;
		const char *ending;
	} cases[] = { { "GIF89a", 6, ".gif" }, { "RIFF1234WEBP", 12, ".webp" }, { "RIFF1234AVI ", 12, NULL },
		{ "\0\0\0 ftypavif", 12, ".avif" }, { "\0\0\0 ftypheic", 12, ".heic" },
		{ "\0\0\0 ftypisom", 12, ".mp4" }, { "\0\0\0 ftypqt  ", 12, ".mov" },
		{ "\x1a"
		  "E\xdf\xa3 webm",
			9, ".webm" },
		{ "\x1a"
		  "E\xdf\xa3 matroska",
			13, ".mkv" },
		{ "\xff\xd8\xff", 3, ".jpg" }, { "\xff\xd8", 2, NULL }, { "MM\0*", 4, ".tif" }, { "<svg", 4, NULL },
		{ "", 0, NULL } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct pmk_own_kind *kind = pmk_own_kind_of((const uint8_t *)cases[i].head, cases[i].bytes);

		assert_int_equal(kind != NULL, cases[i].ending != NULL);
		if (kind)
			assert_string_equal(kind->ending, cases[i].ending);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_good_picture_is_kept, clear),
		cmocka_unit_test_teardown(two_at_once_do_not_meet, clear),
		cmocka_unit_test_teardown(what_is_wrong_is_said_and_not_kept, clear),
		cmocka_unit_test_teardown(no_room_is_said, clear),
		cmocka_unit_test(names_stay_in_the_folder),
		cmocka_unit_test_teardown(removal_takes_files_only, clear),
		cmocka_unit_test(kinds_are_told_by_content),
	};

	return cmocka_run_group_tests(tests, setup, material_teardown);
}
