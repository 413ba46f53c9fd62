/* SPDX-License-Identifier: MIT */
/* The command line and the configuration file: one table says what there is, and parser, help and file all read it. */
#ifndef PMK_APP_OPTIONS_H
#define PMK_APP_OPTIONS_H

#include "core/pipeline.h"

/* Exit codes of the interface. */
enum pmk_exit {
	PMK_EXIT_OK,
	PMK_EXIT_INTERNAL,
	PMK_EXIT_USAGE,
	PMK_EXIT_INPUT,
	PMK_EXIT_BUSY,
	PMK_EXIT_NO_CAMERA,
	PMK_EXIT_NO_OUTPUT
};

enum pmk_command {
	PMK_COMMAND_RUN,
	PMK_COMMAND_CONVERT,
	PMK_COMMAND_MASK,
	PMK_COMMAND_LIST,
	PMK_COMMAND_MODEL,
	PMK_COMMAND_BENCH,
	PMK_COMMAND_DOCTOR,
	PMK_COMMAND_SETUP,
	PMK_COMMAND_DEMO,
	PMK_COMMANDS
};

enum { PMK_OPTIONS_MAX_ARGS = 16, PMK_OPTIONS_MAX_SIZES = 8 };

struct pmk_size {
	int width, height;
};

struct pmk_options {
	struct pmk_pipeline_settings pipeline; /* outputs still as written: "auto" is not yet resolved */
	double duration; /* s; 0: until stopped */
	int frames; /* 0: no limit, or the command's default */
	bool json, help, version;
	struct pmk_size sizes[PMK_OPTIONS_MAX_SIZES]; /* bench; none given: --size's, else the usual ones */
	int size_count;
	uint32_t input_format; /* bench: PMK_FOURCC_* */
	const char *cpu; /* level of the CPU; NULL: not given */
	const char *to; /* model fetch: folder */
	const char *root; /* setup-loopback: folder in place of /; NULL: this machine */
	bool remove, dry_run; /* setup-loopback */
	enum pmk_command command;
	const char *args[PMK_OPTIONS_MAX_ARGS]; /* what is no option, in order, the command's name first */
	int arg_count;
};

/* Defaults, then the configuration file, then the command line. PMK_EXIT_OK, or PMK_EXIT_USAGE, or PMK_EXIT_INPUT for
 * the file (logged in one line). Strings point into argv or live until the process ends. */
enum pmk_exit pmk_options_parse(int argc, char **argv, struct pmk_options *options);

void pmk_options_print_help(void);

#endif
