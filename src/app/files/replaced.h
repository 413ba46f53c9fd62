/* SPDX-License-Identifier: MIT */
/* Tells the user that a picture took an older file's place; of a video, media/out/out_file.c tells it. One thread. */
#ifndef PMK_APP_FILES_REPLACED_H
#define PMK_APP_FILES_REPLACED_H

#include <stdbool.h>

bool pmk_replaces_file(const char *out); /* whether there is an ordinary file of that name now */
void pmk_tell_replaced(const char *out); /* once it has been written, where there was one before */

#endif
