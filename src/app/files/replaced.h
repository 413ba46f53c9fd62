/* SPDX-License-Identifier: MIT */
/* Tells the user that a result takes an older file's place. One thread. */
#ifndef PMK_APP_FILES_REPLACED_H
#define PMK_APP_FILES_REPLACED_H

#include <stdbool.h>

bool pmk_replaces_file(const char *out); /* whether there is an ordinary file of that name now */
void pmk_tell_replacing(const char *out); /* if there is one: of a film that has been begun */
void pmk_tell_replaced(const char *out); /* of a picture that has been written, where there was one before */

#endif
