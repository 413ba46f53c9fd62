/* SPDX-License-Identifier: MIT */
/* The program on the session's bus: an icon among those of the desktop's panel, its menu, and the name by which
 *desktops know the program as an application, PMK_TRAY_NAME.
 *
 * The one rule: what is asked for here is carried out by the control's commands, as if a program that is connected to
 * the control socket had asked. Only programs of the same user are on the bus. Nothing waits for it: without a bus or a
 * panel nothing happens and nothing is said, a panel that comes later gets the icon, and a bus that is lost is looked
 * for again every 10 s.
 *
 * Objects, each with the interface that its specification names:
 *	/StatusNotifierItem	org.kde.StatusNotifierItem (freedesktop.org, StatusNotifierItem)
 *	/MenuBar		com.canonical.dbusmenu, version 3 (its XML file in libdbusmenu)
 *	/org/potemkin/Potemkin	org.freedesktop.Application (Desktop Entry Specification 1.5, D-Bus Activation) */
#ifndef PMK_CONTROL_TRAY_TRAY_H
#define PMK_CONTROL_TRAY_TRAY_H

#include "control/control.h"

#define PMK_TRAY_NAME "org.potemkin.Potemkin" /* and the name of the desktop entry */

struct pmk_tray;

/* Run until stop, in a thread of its own. `folder`: of the user's own backdrops, as for pmk_gallery_folder. `icon`:
 * show one. `host` is copied; the control must outlive the tray. -ENOSYS: this build has none; -ENOMEM, logged, and
 * other negative errno of threads. */
int pmk_tray_start(struct pmk_control *control, const struct pmk_control_host *host, const char *folder, bool icon,
	struct pmk_tray **tray);
/* End the thread and free it all. -ETIMEDOUT: it did not end by `until`, of CLOCK_REALTIME; call it again, or leave by
 * _exit. NULL is fine. [the thread that started it] */
int pmk_tray_stop(struct pmk_tray *tray, const struct timespec *until) __attribute__((warn_unused_result));

/* Whether the desktop has a place for such icons. 0; -ENOENT: it has none; or another negative errno: there is no bus
 * to ask. It takes 2 s at most. [any thread] */
int pmk_tray_probe(void) __attribute__((warn_unused_result));

#endif
