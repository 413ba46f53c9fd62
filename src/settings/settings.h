/* SPDX-License-Identifier: MIT */
/* One table of all that can be set. The command line, the configuration file, --help, the shells' completions and the
 * tests of the man page read it and nothing else; so will the control socket, the page and the plugins.
 *
 * The one rule: a setting is one line in table.c, and its meaning is where it works. Nothing here opens, checks a
 * device or logs, except pmk_settings_read_file.
 *
 *	struct pmk_settings s;
 *	char why[PMK_SETTING_WHY];
 *	pmk_settings_init(&s);
 *	if (pmk_setting_set(pmk_setting_find("smooth"), "40", &s, why))
 *		fprintf(stderr, "smooth: %s\n", why);
 *
 * struct pmk_settings owns all of its strings and may be copied by assignment. Any thread; one at a time for each. */
#ifndef PMK_SETTINGS_SETTINGS_H
#define PMK_SETTINGS_SETTINGS_H

#include "base/cure.h"
#include "core/pipeline.h"

#include <stddef.h>

enum { PMK_SETTINGS_SIZES = 8 };

struct pmk_size {
	int width, height; /* px */
};

struct pmk_settings {
	struct pmk_pipeline_settings pipeline; /* outputs as written: "auto" is not resolved */
	double duration; /* s; 0: until stopped */
	bool verbose, quiet, log_json;
	char cpu[PMK_SPEC]; /* "auto", or a level of the CPU's vectors */

	/* not in the configuration file: words to one command */
	struct pmk_size sizes[PMK_SETTINGS_SIZES]; /* bench; none given: --size's, else the usual ones */
	int size_count;
	uint32_t input_format; /* bench: PMK_FOURCC_* */
	char config[PMK_SPEC]; /* the configuration file; "": the user's own */
	char to[PMK_SPEC]; /* model fetch: folder; "": the first of the search path */
	char root[PMK_SPEC]; /* setup-loopback: folder in place of /; "": this machine */
	bool json, remove, dry_run, help, version;
};

/* What a command of the program is called, and which settings are of use to it. */
enum pmk_command {
	PMK_COMMAND_RUN,
	PMK_COMMAND_CONVERT,
	PMK_COMMAND_MASK,
	PMK_COMMAND_LIST,
	PMK_COMMAND_MODEL,
	PMK_COMMAND_BENCH,
	PMK_COMMAND_DOCTOR,
	PMK_COMMAND_SETUP,
	PMK_COMMAND_COMPLETION,
	PMK_COMMAND_DEMO,
	PMK_COMMANDS
};

/* What people look for together. */
enum pmk_setting_group {
	PMK_GROUP_PICTURES, /* from where, to where */
	PMK_GROUP_BACKDROP,
	PMK_GROUP_MASK,
	PMK_GROUP_NETWORK,
	PMK_GROUP_PROGRAM,
	PMK_GROUP_COMMAND, /* words to one command */
	PMK_GROUPS
};

enum pmk_setting_flag {
	PMK_SETTING_LIVE = 1, /* can change while the pipeline runs (pmk_pipeline_apply) */
	PMK_SETTING_FILE = 2, /* the configuration file may hold it */
	PMK_SETTING_LIST = 4, /* may be given several times; `most` is how often */
	PMK_SETTING_EARLY = 8, /* decides how the others are read, or how mistakes in them are told */
};

enum { PMK_SETTING_WHY = 200 };

struct pmk_setting_type;

struct pmk_setting {
	const char *name; /* the long option without its dashes; the key of the file */
	char letter; /* the short option; 0: none */
	unsigned flags; /* enum pmk_setting_flag */
	enum pmk_setting_group group;
	unsigned commands; /* a bit for each enum pmk_command that has a use for it */

	const struct pmk_setting_type *type;
	size_t offset, bytes; /* of its value, in struct pmk_settings; of a list: of all that it can hold */
	size_t count_offset; /* of a list: of the int that counts */
	double least, most; /* of a number, as people write it; `most` of a list: how many */
	const char *unit; /* of a number: what is counted, in the plural; NULL: nothing in particular */
	const char *const *choices; /* the words that there are, ended by NULL; of a text: some that make sense */
	int (*check)(const char *text, char *why, size_t size); /* of a text: whether it makes sense; NULL: any does */
	enum pmk_cure cure; /* what to do where check says -ENOENT */
	const char *normal; /* the default, as it would be written; NULL: nothing is set */
	const char *none; /* the word for "nothing is set"; NULL: there is no going back to that */

	const char *value; /* what stands for the value in --help; NULL: a switch, which may go without */
	const char *help; /* one line */
};

extern const struct pmk_setting pmk_settings_table[];
extern const int pmk_settings_count;

/* All defaults. */
void pmk_settings_init(struct pmk_settings *settings);

const struct pmk_setting *pmk_setting_find(const char *name); /* NULL: there is none of that name */

/* Set a value from text; add to a list. `text` NULL: a switch on. 0, or -EINVAL with the settings untouched and in
 * `why` what is expected: "give a number from 0 to 100". -ENOENT, in the same way: what it names is not there. */
int pmk_setting_set(const struct pmk_setting *setting, const char *text, struct pmk_settings *settings,
	char why[PMK_SETTING_WHY]) __attribute__((warn_unused_result));

void pmk_setting_clear(const struct pmk_setting *setting, struct pmk_settings *settings); /* empty a list */

/* The value as text that pmk_setting_set would take; of a list, its item `index` from 0 on. False, with text "": there
 * is no such item, or nothing is set and there is no word for that. */
bool pmk_setting_print(
	const struct pmk_setting *setting, const struct pmk_settings *settings, int index, char text[PMK_SPEC]);

/* What its values are, in words: "a number from 0 to 100", "cover, contain, stretch or tile". */
void pmk_setting_range(const struct pmk_setting *setting, char text[PMK_SETTING_WHY]);

/* Whether two settings give it the same value. */
bool pmk_setting_equal(const struct pmk_setting *setting, const struct pmk_settings *a, const struct pmk_settings *b);

/* Take the live settings of `from` over into `to`. Gives the first setting that differs and is not live, else NULL. */
const struct pmk_setting *pmk_settings_take_live(struct pmk_settings *to, const struct pmk_settings *from);

#endif
