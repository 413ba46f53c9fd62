/* SPDX-License-Identifier: MIT */
#include "base/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int pmk_folder_of_user(const char *kind, char *path, size_t size)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int used = -1;

	if (data && *data == '/')
		used = snprintf(path, size, "%s/potemkin/%s", data, kind);
	else if (home && *home == '/')
		used = snprintf(path, size, "%s/.local/share/potemkin/%s", home, kind);
	if (used >= 0 && (size_t)used < size)
		return 0;
	*path = '\0';
	return used < 0 ? -ENOENT : -ENAMETOOLONG;
}

/* The number at *text without its leading zeros, and its length; *text moves behind it. */
static size_t take_number(const char **text, const char **digits)
{
	size_t length = 0;

	while (**text == '0')
		++*text;
	*digits = *text;
	while (isdigit((unsigned char)(*digits)[length]))
		length++;
	*text += length;
	return length;
}

static int compare_numbers(const char **a, const char **b)
{
	const char *x, *y;
	size_t n = take_number(a, &x), m = take_number(b, &y);

	return n != m ? (n < m ? -1 : 1) : memcmp(x, y, n);
}

int pmk_folder_compare(const char *a, const char *b)
{
	const char *x = a, *y = b;
	int order = 0;

	while (order == 0 && *x && *y) {
		if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y))
			order = compare_numbers(&x, &y);
		else
			order = tolower((unsigned char)*x++) - tolower((unsigned char)*y++);
	}
	if (order == 0)
		order = (unsigned char)*x - (unsigned char)*y;
	return order ? order : strcmp(a, b);
}

static int compare(const void *a, const void *b)
{
	return pmk_folder_compare(*(char *const *)a, *(char *const *)b);
}

static bool is_file(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_name[0] == '.')
		return false;
	if (entry->d_type == DT_REG)
		return true;
	return fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static int add(struct pmk_folder *folder, const char *name, int *room)
{
	char **more;

	if (folder->count == *room) {
		*room = *room ? 2 * *room : 64;
		more = realloc(folder->names, (size_t)*room * sizeof *more);
		if (!more)
			return -ENOMEM;
		folder->names = more;
	}
	folder->names[folder->count] = strdup(name);
	if (!folder->names[folder->count])
		return -ENOMEM;
	folder->count++;
	return 0;
}

int pmk_folder_read(const char *path, struct pmk_folder *folder)
{
	struct pmk_folder made = { 0 };
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int room = 0, err = 0;

	if (!dir)
		return -errno;
	while (!err && made.count < PMK_FOLDER_MOST && (entry = readdir(dir))) {
		if (is_file(dir, entry))
			err = add(&made, entry->d_name, &room);
	}
	closedir(dir);
	if (err) {
		pmk_folder_free(&made);
		return err;
	}
	if (made.count)
		qsort(made.names, (size_t)made.count, sizeof *made.names, compare);
	*folder = made;
	return 0;
}

void pmk_folder_free(struct pmk_folder *folder)
{
	for (int i = 0; i < folder->count; i++)
		free(folder->names[i]);
	free(folder->names);
	*folder = (struct pmk_folder){ 0 };
}

int pmk_folder_after(const struct pmk_folder *folder, const char *name)
{
	int i = 0;

	while (i < folder->count && pmk_folder_compare(folder->names[i], name) <= 0)
		i++;
	return i;
}
