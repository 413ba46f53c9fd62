/* SPDX-License-Identifier: MIT */
/* Judges and tells, once the last frame of a film was given, which part of the film is missing. One thread. */
#ifndef PMK_APP_FILES_FILM_MISSING_H
#define PMK_APP_FILES_FILM_MISSING_H

#include "app/files/film.h"

/* False: something is missing, by what the file says of its length, or as its decoder told of a fault. */
bool pmk_film_is_sound(const struct pmk_film *film);
void pmk_film_tell_missing(const struct pmk_film *film, const char *in); /* in one line, if something is */

#endif
