/* SPDX-License-Identifier: MIT */
/* Finds subtitles that are no words but a camera's log: a drone writes every second where it is and how it is set. For
 * media/carry/ only. Pure functions; any thread.
 *
 * The one rule: in doubt it is a log. It costs a track of subtitles; the other error tells where somebody lives. */
#ifndef PMK_MEDIA_CARRY_TELLTALE_H
#define PMK_MEDIA_CARRY_TELLTALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a track of this title or handler is a camera's. NULL is allowed. */
bool pmk_telltale_name(const char *name);

/* Whether a packet of text tells a place: "GPS(13.4, 52.5, 18)", "HOME(...)", "[latitude: 52.5]", "52.52 N, 13.40 E",
 * "+52.5200+013.4000" (ISO 6709), "$GPGGA,..." (NMEA 0183). */
bool pmk_telltale_text(const uint8_t *data, size_t bytes);

#endif
