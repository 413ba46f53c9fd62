/* SPDX-License-Identifier: MIT */
#include "settings/settings_save.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/new_file.h"
#include "settings/settings_file.h"
#include "settings/settings_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct saving {
	const struct pmk_settings *start, *now;
	FILE *out;
	struct pmk_heading heading; /* of the section that the present line is in */
	int number; /* how many headings there were */
	/* the number of the section of the camera in use that sets it, and so has to get the new value; 0: none does */
	int place[PMK_SETTINGS_MOST];
	bool written[PMK_SETTINGS_MOST];
};

/* A value means itself in the file, too (settings_line.h). */
static void write_value(FILE *out, const char *value)
{
	size_t length = strlen(value);
	bool plain = length && !strpbrk(value, ";\"\\#") && value[0] != ' ' && value[length - 1] != ' ';

	if (plain) {
		fputs(value, out);
		return;
	}
	putc('"', out);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', out);
		putc(*value, out);
	}
	putc('"', out);
}

/* `comment` is what followed the old value in its line, or "". */
static void write_line(FILE *out, const char *name, const char *value, const char *comment)
{
	fprintf(out, "%s = ", name);
	write_value(out, value);
	fprintf(out, "%s\n", comment);
}

/* A comment behind an unquoted value: from the blanks before its ";" on. */
static const char *comment_of(const char *line)
{
	const char *value = line + strcspn(line, "=:");

	for (const char *c = *value ? value + 1 : value; *c; c++) {
		const char *end = c + strspn(c, " \t");

		if (*c == '"')
			return "";
		if (end > c && *end == ';')
			return c;
	}
	return "";
}

static void write_setting(struct saving *s, int index, const char *comment)
{
	const struct pmk_setting *setting = &pmk_settings_table[index];
	char value[PMK_SPEC];

	if (s->written[index])
		return;
	s->written[index] = true;
	if (!(setting->flags & PMK_SETTING_LIST)) {
		pmk_setting_print(setting, s->now, 0, value);
		write_line(s->out, setting->name, value, comment);
		return;
	}
	if (!pmk_setting_print(setting, s->now, 0, value) && setting->none)
		write_line(s->out, setting->name, setting->none, comment);
	for (int i = 0; pmk_setting_print(setting, s->now, i, value); i++)
		write_line(s->out, setting->name, value, i ? "" : comment);
}

static bool is_changed(const struct saving *s, int index)
{
	const struct pmk_setting *setting = &pmk_settings_table[index];

	return setting->flags & PMK_SETTING_LIVE && !pmk_setting_equal(setting, s->start, s->now);
}

/* Whether this is the section for what has no better place: that of the profile in use, or the one of none. */
static bool is_usual(const struct saving *s)
{
	return s->heading.section != PMK_SECTION_CAMERA && strcmp(s->heading.name, s->now->profile) == 0;
}

static bool belongs_here(const struct saving *s, int index)
{
	return s->place[index] ? s->place[index] == s->number : is_usual(s);
}

/* The lines that found no place in the section. */
static void end_section(struct saving *s)
{
	if (!is_usual(s))
		return;
	for (int i = 0; i < pmk_settings_count; i++) {
		if (is_changed(s, i) && !s->place[i])
			write_setting(s, i, "");
	}
}

/* The setting that the line sets, as an index into the table; -1: none. */
static int set_by(const char *line)
{
	char *copy = strdup(line), *name, *value;
	const struct pmk_setting *setting = NULL;
	const char *why;

	if (copy && pmk_settings_line(copy, &name, &value, &why) == 1)
		setting = pmk_setting_find(name);
	free(copy);
	return setting ? (int)(setting - pmk_settings_table) : -1;
}

static void copy_line(struct saving *s, const char *line)
{
	struct pmk_heading heading;
	int index = set_by(line);

	if (pmk_settings_heading(line, &heading) > 0) {
		if (heading.section != s->heading.section || strcmp(heading.name, s->heading.name) != 0)
			end_section(s);
		s->heading = heading;
		s->number++;
	}
	if (index >= 0 && belongs_here(s, index) && is_changed(s, index))
		write_setting(s, index, comment_of(line)); /* once, in place of the first such line */
	else
		fprintf(s->out, "%s\n", line);
}

static void copy_all(struct saving *s, char *text)
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (rest || *line) /* nothing comes after the last newline */
			copy_line(s, line);
	}
	end_section(s);
}

/* A profile overrides the sections of cameras, and of these, the last one that fits overrides the others. */
static int find_places(struct saving *s, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;
	struct pmk_heading heading = { 0 };
	int number = 0;

	if (!copy)
		return -ENOMEM;
	while (!s->now->profile[0] && (line = strsep(&rest, "\n"))) {
		int index = set_by(line);

		number += pmk_settings_heading(line, &heading) > 0;
		if (index >= 0 && heading.section == PMK_SECTION_CAMERA &&
			pmk_source_names_fit(&s->now->in_use, heading.name))
			s->place[index] = number;
	}
	free(copy);
	return 0;
}

static int read_old(const char *path, char **text)
{
	size_t size;
	int err = pmk_mem_read_file(path, PMK_SETTINGS_FILE_BYTES, (uint8_t **)text, &size);

	if (err == -ENOENT || err == -EINVAL) { /* there is none, or it is empty */
		*text = strdup("");
		err = *text ? 0 : -ENOMEM;
	}
	return err;
}

void pmk_settings_make_folders(const char *path)
{
	char part[PMK_SPEC];
	struct stat above;

	if (stat(*path == '/' ? "/" : ".", &above))
		return;
	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
		if (stat(part, &above) && (geteuid() || !above.st_uid) && mkdir(part, 0700) == 0)
			above.st_uid = geteuid();
	}
}

static int write_new(const char *path, struct saving *s, char *text)
{
	struct pmk_new_file file;
	char *made = NULL;
	size_t bytes = 0;
	int fd = pmk_new_file_create(&file, path), err = -ENOMEM;

	if (fd < 0)
		return fd;
	s->out = open_memstream(&made, &bytes);
	if (s->out) {
		copy_all(s, text);
		err = ferror(s->out) ? -ENOMEM : 0;
		err = fclose(s->out) ? -ENOMEM : err;
	}
	if (!err)
		err = pmk_new_file_write(fd, (const uint8_t *)made, bytes);
	free(made);
	return pmk_new_file_end(&file, path, fd, err, NULL);
}

int pmk_settings_save(const char *path, const struct pmk_settings *start, const struct pmk_settings *now)
{
	struct saving s = { .start = start, .now = now };
	char *text = NULL;
	int err = read_old(path, &text);

	if (!err)
		err = find_places(&s, text);
	if (err) {
		free(text);
		pmk_error("%s: %s", path, strerror(-err));
		return err;
	}
	pmk_settings_make_folders(path);
	err = write_new(path, &s, text);
	free(text);
	return err;
}
