/* SPDX-License-Identifier: MIT */
/* When in the day a picture is shown, by its file's name. Pure functions.
 *
 * The one rule: each moment of the day has one picture, and the same names always give the same day. */
#ifndef PMK_COMPOSE_SHOW_DAY_H
#define PMK_COMPOSE_SHOW_DAY_H

#include <stdbool.h>

enum { PMK_DAY_MINUTES = 24 * 60 };

/* The minute of the day from which a file is shown: "0730 lake.jpg" and "07-30.png" from half past seven on;
 * "morning.jpg" from 6:00, "day" from 10:00, "evening" from 17:00, "night" from 21:00, with anything but a letter
 * behind the word. -1: the name says nothing. */
int pmk_day_start(const char *name);

/* The minute from which each of `count` files is shown, in the order given. If any name says when, those that say
 * nothing are left out (-1); otherwise the day is divided evenly from midnight on. */
void pmk_day_plan(const char *const *names, int count, int *starts);

/* Index of the file that is shown at a minute: the one with the latest start until then, else the last of the day
 * before. The first of several with the same start; those in `without` are passed over. -1: there is none. */
int pmk_day_choose(const int *starts, int count, const bool *without, int minute);

#endif
