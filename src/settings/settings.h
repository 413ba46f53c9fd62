/* SPDX-License-Identifier: MIT */
/* The table of all settings. The command line, the configuration file, --help, the shell completions and the tests of
 * the man page all read it; so will the control socket, the page and the plugins.
 *
 * The one rule: a setting is one line in table.c; what it does is described where it takes effect. Nothing here opens
 * or checks a device, and nothing logs except pmk_settings_read_file.
 *
 *	struct pmk_settings s;
 *	char why[PMK_SETTING_WHY];
 *	pmk_settings_init(&s);
 *	if (pmk_setting_set(pmk_setting_find("smooth"), "40", &s, why))
 *		fprintf(stderr, "smooth: %s\n", why);
 *
 * struct pmk_settings owns all of its strings and may be copied by assignment. Any thread, but only one at a time for
 * each struct. */
#ifndef PMK_SETTINGS_SETTINGS_H
#define PMK_SETTINGS_SETTINGS_H

#include "base/cure.h"
#include "base/words/near.h"
#include "core/pipeline.h"
#include "io/source_names.h"

#include <stddef.h>

enum { PMK_SETTINGS_SIZES = 8, PMK_SETTINGS_MOST = 128 }; /* MOST: lines of the table, at most */

struct pmk_size {
	int width, height; /* px */
};

/* How a live run is locked in (base/guard/guard.h). */
enum pmk_sandboxed {
	PMK_SANDBOX_OFF,
	PMK_SANDBOX_ON /* or there is no run */,
	PMK_SANDBOX_AUTO /* as far as it goes */
};

struct pmk_settings {
	struct pmk_pipeline_settings pipeline; /* outputs as written: "auto" is not resolved */
	double duration; /* s; 0: until stopped */
	bool verbose, quiet, log_json;
	enum pmk_codec codec; /* convert: of the new file */
	int quality; /* convert: 0 to 100 */
	enum pmk_audio audio; /* convert: what becomes of the recording's audio */
	bool strip, cover; /* convert: see struct pmk_carry */
	int preview; /* the page's port, 0: any free one; -1: it is not served until somebody asks for it */
	int sandbox; /* enum pmk_sandboxed */
	bool tray; /* an icon in the desktop's panel */
	char backdrop_folder[PMK_SPEC]; /* of the gallery's own backdrops; "": the usual one */
	char control_group[PMK_SPEC]; /* whose members may control it, too; "": none */
	char cpu[PMK_SPEC]; /* "auto", or a level of the CPU's vectors */

	/* not in the configuration file: options of a single command */
	struct pmk_size sizes[PMK_SETTINGS_SIZES]; /* bench; none given: that of --size, or else the usual ones */
	int size_count;
	uint32_t input_format; /* bench: PMK_FOURCC_* */
	char config[PMK_SPEC]; /* the configuration file; "": the user's own */
	char profile[PMK_SPEC]; /* the section of it that counts; "": none */
	struct pmk_source_names in_use; /* the camera whose sections of it count; empty: none */
	char from[PMK_SPEC]; /* convert, mask: a time; "": the beginning */
	char to[PMK_SPEC]; /* model fetch: folder, "": the first of the search path; convert, mask: a time, "": the end
			    */
	char root[PMK_SPEC]; /* setup-loopback: folder in place of /; "": this machine */
	int jobs; /* convert: processes for many files; 0: one per core */
	bool json, hide_camera, remove, dry_run, help, version;
};

/* The commands of the program. */
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
	PMK_COMMAND_CTL,
	PMK_COMMAND_STATUS,
	PMK_COMMAND_UI,
	PMK_COMMAND_DEMO,
	PMK_COMMANDS
};

/* Groups of settings, as --help shows them. */
enum pmk_setting_group {
	PMK_GROUP_PICTURES, /* where they come from and where they go */
	PMK_GROUP_BACKDROP,
	PMK_GROUP_OVERLAY,
	PMK_GROUP_MASK,
	PMK_GROUP_NETWORK,
	PMK_GROUP_PROGRAM,
	PMK_GROUP_COMMAND, /* options of a single command */
	PMK_GROUPS
};

enum pmk_setting_flag {
	PMK_SETTING_LIVE = 1, /* can change while the pipeline runs (pmk_pipeline_apply) */
	PMK_SETTING_FILE = 2, /* the configuration file may hold it */
	PMK_SETTING_LIST = 4, /* may be given several times, up to `most` */
	PMK_SETTING_EARLY = 8, /* decides how the others are read, or how mistakes in them are reported */
	PMK_SETTING_READ = 16, /* names something to be read: a bad value is bad input, wherever it is noticed */
	PMK_SETTING_COMMON = 32, /* most people need it: shown by the short --help */
	PMK_SETTING_MOVING = 64, /* means something only where one picture follows another */
};

enum { PMK_SETTING_WHY = 200 };

struct pmk_setting_type;

struct pmk_setting {
	const char *name; /* the long option without its dashes; the key of the file */
	char letter; /* the short option; 0: none */
	unsigned flags; /* enum pmk_setting_flag */
	enum pmk_setting_group group;
	unsigned commands; /* a bit for each enum pmk_command that uses it */

	const struct pmk_setting_type *type;
	size_t offset, bytes; /* of its value in struct pmk_settings; for a list, of all items that it can hold */
	size_t count_offset; /* for a list: of the int that counts the items */
	double least, most; /* limits of a number, as people write it; for a list, `most` is the number of items */
	const char *unit; /* of a number, in the plural; NULL: none */
	const char *const *choices; /* all words allowed, ended by NULL; for a text, only suggestions */
	/* for a text: whether it makes sense, which an empty one never does; NULL: any other does */
	int (*check)(const char *text, char *why, size_t size);
	enum pmk_cure cure; /* what to do if check returns -ENOENT */
	const char *part_of; /* the setting without which it means nothing, and which has a `none`; NULL: none */
	const char *normal; /* the default, as people would write it; NULL: nothing is set */
	const char *none; /* the word for "nothing is set"; NULL: one cannot go back to that */

	const char *value; /* the placeholder of the value in --help; NULL: a switch, which needs no value */
	const char *help; /* one line */
};

extern const struct pmk_setting pmk_settings_table[];
extern const int pmk_settings_count;

/* Set all defaults. */
void pmk_settings_init(struct pmk_settings *settings);

const struct pmk_setting *pmk_setting_find(const char *name); /* NULL: there is no setting of that name */
/* The setting that a mistyped name may have meant, as a question (base/words/near.h); only those with these flags. */
void pmk_setting_ask(const char *name, unsigned flags, const char *before, char ask[PMK_NEAR_ASK]);

/* Set a value from text, or add to a list; the word for "nothing is set" empties it. `text` NULL turns a switch on. 0;
 * -EINVAL, with the settings untouched and `why` saying what is expected ("give a number from 0 to 100"); or -ENOENT,
 * likewise: what the text names does not exist. */
int pmk_setting_set(const struct pmk_setting *setting, const char *text, struct pmk_settings *settings,
	char why[PMK_SETTING_WHY]) __attribute__((warn_unused_result));

void pmk_setting_clear(const struct pmk_setting *setting, struct pmk_settings *settings); /* empty a list */

/* The value as text that pmk_setting_set accepts; for a list, that of the item `index`, from 0 up. False, with text "":
 * there is no such item, or nothing is set and there is no word for that. */
bool pmk_setting_print(
	const struct pmk_setting *setting, const struct pmk_settings *settings, int index, char text[PMK_SPEC]);

/* Describe the allowed values in words: "a number from 0 to 100", "cover, contain, stretch or tile". */
void pmk_setting_range(const struct pmk_setting *setting, char text[PMK_SETTING_WHY]);

/* Whether a setting has the same value in `a` and `b`. */
bool pmk_setting_equal(const struct pmk_setting *setting, const struct pmk_settings *a, const struct pmk_settings *b);

/* Copy the value of a setting. */
void pmk_setting_copy(const struct pmk_setting *setting, struct pmk_settings *to, const struct pmk_settings *from);

/* Copy the live settings of `from` to `to`. Returns the first setting that differs and is not live, or NULL. */
const struct pmk_setting *pmk_settings_take_live(struct pmk_settings *to, const struct pmk_settings *from);

#endif
