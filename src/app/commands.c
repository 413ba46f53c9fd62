/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

#include "base/log.h"

#include <limits.h>

static const struct {
	enum pmk_exit (*run)(struct pmk_options *options);
	int least, most; /* arguments behind the name */
	const char *usage;
	bool answers;
} commands[PMK_COMMANDS] = {
	[PMK_COMMAND_RUN] = { pmk_command_run, 0, 0, "potemkin run [OPTIONS]", false },
	[PMK_COMMAND_CONVERT] = { pmk_command_convert, 2, INT_MAX,
		"potemkin convert [OPTIONS] IN OUT, or IN... FOLDER/", false },
	[PMK_COMMAND_MASK] = { pmk_command_mask, 2, 2, "potemkin mask [OPTIONS] IN OUT", false },
	[PMK_COMMAND_LIST] = { pmk_command_list, 0, 1,
		"potemkin list [cameras|outputs|models|backdrops|settings] [--json]", false },
	[PMK_COMMAND_MODEL] = { pmk_command_model, 1, 8, "potemkin model list|info|fetch|check [NAME|FILE]", false },
	[PMK_COMMAND_BENCH] = { pmk_command_bench, 0, 0, "potemkin bench [OPTIONS] [--json]", false },
	[PMK_COMMAND_DOCTOR] = { pmk_command_doctor, 0, 0, "potemkin doctor [--sandbox] [--json]", true },
	[PMK_COMMAND_SETUP] = { pmk_command_setup, 0, 0,
		"potemkin setup-loopback [--hide-camera] [--remove] [--dry-run] [--root FOLDER]", false },
	[PMK_COMMAND_COMPLETION] = { pmk_command_completion, 1, 1, "potemkin completion bash|zsh|fish", true },
	[PMK_COMMAND_CTL] = { pmk_command_ctl, 1, 15, "potemkin ctl COMMAND [ARG...]", true },
	[PMK_COMMAND_STATUS] = { pmk_command_status, 0, 0, "potemkin status [--json]", true },
	[PMK_COMMAND_UI] = { pmk_command_ui, 0, 0, "potemkin ui", false },
	[PMK_COMMAND_DEMO] = { pmk_command_demo, 0, 0, "potemkin demo", false },
};

enum pmk_exit pmk_command(struct pmk_options *options)
{
	int given = options->arg_count ? options->arg_count - 1 : 0;

	if (given < commands[options->command].least) {
		pmk_error("too few arguments; usage: %s", commands[options->command].usage);
		return PMK_EXIT_USAGE;
	}
	if (given > commands[options->command].most) {
		pmk_error("too many arguments, from \"%s\" on; usage: %s",
			options->args[commands[options->command].most + 1], commands[options->command].usage);
		return PMK_EXIT_USAGE;
	}
	return commands[options->command].run(options);
}

bool pmk_command_answers(enum pmk_command command)
{
	return commands[command].answers;
}
