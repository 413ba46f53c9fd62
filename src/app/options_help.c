/* SPDX-License-Identifier: MIT */
#include "app/options_help.h"

#include "base/log.h"
#include "base/words/near.h"
#include "base/words/phrase.h"
#include "control/request.h"

#include <stdio.h>
#include <string.h>

static const char *const commands[PMK_COMMANDS] = {
	[PMK_COMMAND_RUN] = "run",
	[PMK_COMMAND_CONVERT] = "convert",
	[PMK_COMMAND_MASK] = "mask",
	[PMK_COMMAND_LIST] = "list",
	[PMK_COMMAND_MODEL] = "model",
	[PMK_COMMAND_BENCH] = "bench",
	[PMK_COMMAND_DOCTOR] = "doctor",
	[PMK_COMMAND_SETUP] = "setup-loopback",
	[PMK_COMMAND_COMPLETION] = "completion",
	[PMK_COMMAND_CTL] = "ctl",
	[PMK_COMMAND_STATUS] = "status",
	[PMK_COMMAND_UI] = "ui",
	[PMK_COMMAND_DEMO] = "demo",
};

int pmk_option_command(const char *name)
{
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (strcmp(commands[i], name) == 0)
			return i;
	}
	return -1;
}

const char *pmk_option_command_name(enum pmk_command command)
{
	return commands[command];
}

void pmk_option_commands(unsigned of, char text[128])
{
	const char *last = NULL;
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (!(of & 1u << i))
			continue;
		if (last)
			used += (size_t)snprintf(text + used, 128 - used, "%s%s", used ? ", " : "", last);
		last = commands[i];
	}
	snprintf(text + used, 128 - used, "%s%s", used ? " and " : "", last);
}

static const char DASH[] = "; behind \"--\", words may begin with \"-\"";

const char *pmk_option_dash(const char *word, enum pmk_command command)
{
	bool files = command == PMK_COMMAND_CONVERT || command == PMK_COMMAND_MASK;

	return files && word[0] == '-' && word[1] != '-' && strchr(word, '.') && !strchr(word, '/') ? DASH : "";
}

void pmk_option_refuse(const char *word)
{
	char ask[PMK_NEAR_ASK];

	pmk_setting_ask(strncmp(word, "--", 2) == 0 ? word + 2 : "", 0, "--", ask);
	pmk_error("there is no option %s%s%s", pmk_short(word, 100).text, *ask ? ask : "; see potemkin --help",
		word[1] == '-' ? "" : DASH);
}

void pmk_option_refuse_command(const char *word)
{
	struct pmk_near near = pmk_near_to(word);
	char ask[PMK_NEAR_ASK];

	for (int i = 0; i < PMK_COMMANDS; i++)
		pmk_near_try(&near, "", commands[i]);
	pmk_request_near(&near, "ctl ");
	pmk_near_ask(&near, ask);
	pmk_error("there is no command \"%s\"%s", pmk_short(word, 100).text, *ask ? ask : "; see potemkin --help");
}
