/* SPDX-License-Identifier: MIT */
/* The parts of a tray. For the files of this folder.
 *
 * The one rule: all is the tray's thread's, once it is started, except for what is marked. A function that is called
 * by sd-bus returns negative errno, which the caller gets as an error of the bus. */
#ifndef PMK_CONTROL_TRAY_TRAY_PARTS_H
#define PMK_CONTROL_TRAY_TRAY_PARTS_H

#include "control/gallery.h"
#include "control/tray/tray.h"
#include "control/tray/tray_icon.h"
#include "core/thread.h"

#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <systemd/sd-bus.h>

#define PMK_TRAY_ITEM "/StatusNotifierItem"
#define PMK_TRAY_MENU "/MenuBar"
#define PMK_TRAY_APPLICATION "/org/potemkin/Potemkin"

enum {
	PMK_TRAY_CALLS = 16, /* that wait for an answer, at most */
	PMK_TRAY_LINE = 1 << 18, /* bytes of the longest line from the control */
	PMK_TRAY_TEXT = 600, /* bytes of a text for people */
	PMK_TRAY_TOKEN = 128
};

struct pmk_tray {
	struct pmk_control_host host; /* const after start, like what follows */
	char folder[PMK_SPEC]; /* of the user's own backdrops */
	bool icon;
	int wake_fd; /* readable: look at the order below. [any thread] */
	atomic_bool stopping; /* the order. [any thread] */
	struct pmk_thread thread; /* of whoever starts and stops it */

	sd_bus *bus; /* NULL: there is none now */
	uint64_t retry_ns; /* when to look for one again */
	char token[PMK_TRAY_TOKEN]; /* by which the panel lets the next window come to the front; "": none */

	int link; /* to the control; -1: it has been closed */
	char *line; /* what came from it; PMK_TRAY_LINE bytes, of which `used` are filled */
	size_t used;
	uint64_t orders; /* sent so far; an order's number is its id */
	sd_bus_message *calls[PMK_TRAY_CALLS]; /* by number of the order, modulo their count; NULL: free */

	enum pmk_tray_face face;
	char trouble[PMK_TRAY_TEXT]; /* why there is no camera; "": nothing is wrong */
	char backdrop[PMK_SPEC]; /* in use */
	char foreign[PMK_SPEC]; /* the last one in use that is not in the gallery; "": there was none */
	struct pmk_gallery gallery;
	int first_card; /* the menu's number of the gallery's first card: others whenever it changes, so that a click on
			   a menu of before is no click on another backdrop */
	uint32_t revision; /* of the menu's layout */
	struct pmk_tray_icon icons[PMK_TRAY_ICONS];
};

/* --- orders (tray_orders.c) --- */

/* Send a command with one argument, NULL: none, to the control. `call`, NULL: nobody, gets the answer when it comes.
 * -EBUSY: too many wait. */
int pmk_tray_order(struct pmk_tray *tray, const char *command, const char *arg, sd_bus_message *call)
	__attribute__((warn_unused_result));
/* Carry out what has come from the control. False: it has closed the connection. */
bool pmk_tray_hear(struct pmk_tray *tray);
void pmk_tray_drop_calls(struct pmk_tray *tray); /* without an answer */
/* Show this page to the user, by the desktop's portal or else by the host. */
void pmk_tray_show_page(struct pmk_tray *tray, const char *address);

/* --- the item (tray_item.c) --- */

int pmk_tray_add_item(struct pmk_tray *tray) __attribute__((warn_unused_result)); /* to the bus; likewise below */
void pmk_tray_tell_item(struct pmk_tray *tray); /* that it looks otherwise */
/* One sentence about the state; text of `size` bytes */
void pmk_tray_sentence(const struct pmk_tray *tray, char *text, size_t size);

/* --- the menu (tray_menu.c, tray_menu_bus.c) --- */

enum {
	PMK_TRAY_ROOT,
	PMK_TRAY_STATE,
	PMK_TRAY_PAUSE,
	PMK_TRAY_BACKDROPS,
	PMK_TRAY_PAGE,
	PMK_TRAY_LINE_ABOVE_QUIT,
	PMK_TRAY_QUIT,
	PMK_TRAY_FOREIGN,
	PMK_TRAY_FIRST_CARD = 16
};

/* An item of the menu; a text that is NULL and a number that is -1 are as the protocol's defaults. */
struct pmk_tray_entry {
	char label[PMK_TRAY_TEXT];
	const char *type, *toggle, *children;
	int ticked; /* 0 or 1; -1: it cannot be */
	bool disabled;
};

/* Describe the item. False: there is none of this number. */
bool pmk_tray_describe(const struct pmk_tray *tray, int id, struct pmk_tray_entry *entry);
/* The number of the item's child at `index`; -1: it has no more. */
int pmk_tray_child(const struct pmk_tray *tray, int id, int index);
/* Read the gallery again. True: the layout is another now, and whoever shows it has been told. */
bool pmk_tray_refresh_menu(struct pmk_tray *tray);
/* Carry out a click. */
void pmk_tray_click(struct pmk_tray *tray, int id);

int pmk_tray_add_menu(struct pmk_tray *tray) __attribute__((warn_unused_result));
void pmk_tray_tell_layout(struct pmk_tray *tray); /* that it has changed */
void pmk_tray_tell_entries(struct pmk_tray *tray); /* that what can change of them, has */

/* --- the application (tray_application.c) --- */

int pmk_tray_add_application(struct pmk_tray *tray) __attribute__((warn_unused_result));

/* --- text (tray_text.c) --- */

enum pmk_tray_escape { PMK_TRAY_PLAIN, PMK_TRAY_LABEL, PMK_TRAY_MARKUP };

/* Make a text that the bus accepts of any bytes, cut to `size`: in a menu's LABEL "_" is doubled, as one marks a key
 * there; in MARKUP "<", ">" and "&" are written as entities. */
void pmk_tray_text(const char *from, enum pmk_tray_escape escape, char *to, size_t size);
/* The path that a file: URI (RFC 8089) of this machine names. -EINVAL. */
int pmk_tray_path(const char *uri, char path[PMK_SPEC]) __attribute__((warn_unused_result));

#endif
