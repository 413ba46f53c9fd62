/* SPDX-License-Identifier: MIT */
/* The icon, one for each face: by name, if the desktop's theme has the program's own icons, and always as pixels. Any
 * thread. */
#ifndef PMK_CONTROL_TRAY_TRAY_ICON_H
#define PMK_CONTROL_TRAY_TRAY_ICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pmk_tray_face {
	PMK_TRAY_IDLE, /* nobody watches */
	PMK_TRAY_LIVE,
	PMK_TRAY_COVERED, /* the backdrop alone, for a moment */
	PMK_TRAY_PAUSED,
	PMK_TRAY_FAULT, /* there is no camera */
	PMK_TRAY_FACES
};

enum { PMK_TRAY_ICONS = 3, PMK_TRAY_LARGEST = 64 }; /* sizes; px */

struct pmk_tray_icon {
	int size; /* px, of both sides; 0: it could not be drawn */
	uint8_t argb[PMK_TRAY_LARGEST * PMK_TRAY_LARGEST *
		4]; /* bytes in this order, rows without gaps; not premultiplied */
};

/* Draw all sizes. One for which there is no memory stays as it was. */
void pmk_tray_draw_icons(enum pmk_tray_face face, struct pmk_tray_icon icons[PMK_TRAY_ICONS]);
/* Its name in the theme "hicolor"; "": it is in none of the folders of icons (XDG Base Directory Specification). */
const char *pmk_tray_icon_name(enum pmk_tray_face face);

#endif
