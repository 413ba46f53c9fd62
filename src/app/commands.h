/* SPDX-License-Identifier: MIT */
/* The program's commands: each takes the parsed options and gives the exit code. */
#ifndef PMK_APP_COMMANDS_H
#define PMK_APP_COMMANDS_H

#include "app/options.h"

/* Runs the command that the options name. PMK_EXIT_USAGE, logged: it has too few arguments, or too many. */
enum pmk_exit pmk_command(struct pmk_options *options);

/* Whether the exit code is part of the printed answer, and void if that cannot be printed. */
bool pmk_command_answers(enum pmk_command command);

enum pmk_exit pmk_command_run(struct pmk_options *options);
enum pmk_exit pmk_command_convert(struct pmk_options *options);
enum pmk_exit pmk_command_mask(struct pmk_options *options);
enum pmk_exit pmk_command_list(struct pmk_options *options);
enum pmk_exit pmk_command_model(struct pmk_options *options);
enum pmk_exit pmk_command_bench(struct pmk_options *options);
enum pmk_exit pmk_command_setup(struct pmk_options *options);
enum pmk_exit pmk_command_doctor(struct pmk_options *options);
enum pmk_exit pmk_command_completion(struct pmk_options *options);
enum pmk_exit pmk_command_ctl(struct pmk_options *options);
enum pmk_exit pmk_command_status(struct pmk_options *options);
enum pmk_exit pmk_command_ui(struct pmk_options *options);
enum pmk_exit pmk_command_demo(struct pmk_options *options);

#endif
