/* SPDX-License-Identifier: MIT */
/* What a control consists of. For control.c, which runs the thread, commands.c and status.c.
 *
 * The one rule: all is the control thread's, once it is started, except for what is marked. */
#ifndef PMK_CONTROL_CONTROL_PARTS_H
#define PMK_CONTROL_CONTROL_PARTS_H

#include "base/log.h"
#include "control/client.h"
#include "control/control.h"
#include "core/exit_code.h"
#include "core/thread.h"

#include <stdatomic.h>

enum { PMK_CONTROL_CLIENTS = 32 };

struct pmk_page;
struct pmk_tray;

/* Figures at a moment, for rates. */
struct pmk_sample {
	uint64_t at_ns, cpu_ns; /* at_ns 0: none yet */
	uint64_t written;
};

struct pmk_control {
	struct pmk_control_host host; /* const after create, like what follows */
	struct pmk_pipeline *pipeline;
	int listening; /* the control socket; -1: none. The control thread's, like the five that follow */
	int spare_fd; /* kept for when no other is left: to accept a connection and refuse it in words; -1: none */
	bool accept_fails; /* the last connection could not be accepted: that is tried again each second */
	bool stands_by; /* it is another instance's */
	int ahead; /* a connection to that one, which ends with it; -1: none */
	uint64_t tried_ns; /* when it was last tried to listen */
	gid_t group; /* whose members may control, too; PMK_NO_GROUP: none */
	int wake_fd, quit_fd; /* readable: look at the orders below; somebody asked the program to end. [any thread] */
	atomic_bool stopping, reload; /* the orders. [any thread] */
	struct pmk_thread thread; /* the main thread's, like what follows */
	bool listens; /* others may reach it: by the socket, by the session's bus */
	struct pmk_tray *tray; /* NULL: there is none */
	pthread_mutex_t arrivals_lock; /* protects what follows */
	int arrivals[PMK_CONTROL_CLIENTS], arrival_count; /* our ends of connections from inside. [any thread] */

	struct pmk_settings settings; /* as they are now */
	struct pmk_settings fresh; /* as a change would make them */
	bool saved[PMK_SETTINGS_MOST]; /* what this run saved to the file, in the order of the table */
	struct pmk_source_names refused; /* the camera whose settings could not be used; empty: none */
	unsigned refused_generation; /* its number */
	uint64_t changed_ns; /* when the last change, pause or resume was made; 0: none was */
	bool unsure; /* the last change timed out, so a part of it may have been made */
	struct pmk_sample before, last; /* the two samples whose difference gives the rates */
	struct pmk_client clients[PMK_CONTROL_CLIENTS];
	cJSON *findings; /* of the last examination, except for good ones; NULL: there was none */
	uint64_t examined_ns; /* when */
	struct pmk_page *page; /* NULL: it is not served */
};

/* Names and new values of the settings of `b` that differ from `a`, either those that can change live or those that
 * cannot: "smooth 20, mirror yes". A list is shown by its first item. */
enum { PMK_CONTROL_CHANGES = 400 };
void pmk_control_name_changes(
	const struct pmk_settings *a, const struct pmk_settings *b, bool live, char text[PMK_CONTROL_CHANGES]);

/* Change to control->fresh, and to what the file says for another camera, if it asks for one. 0, with the changes in
 * words; or an exit code with the reason in `why`, and nothing is changed. */
int pmk_control_change(struct pmk_control *control, char changes[PMK_CONTROL_CHANGES], char why[PMK_LOG_LINE]);

/* As pmk_pipeline_pause. It counts as a change for pmk_control_shown. */
void pmk_control_pause(struct pmk_control *control, bool pause);

/* Read the configuration file again, and change to what it asks for with this profile ("": none). 0, or an exit code
 * with the reason in `why`. */
int pmk_control_reread(struct pmk_control *control, const char *profile, char why[PMK_LOG_LINE]);

/* Write what has been changed since the start, or since the last save, to the configuration file at `path`. *saved:
 * something has been; with what the next start takes from its command line instead in words, or "". 0, or an exit code,
 * logged. */
int pmk_control_save(struct pmk_control *control, const char *path, bool *saved, char next[PMK_CONTROL_CHANGES]);

/* Have the settings for the camera that is open, if it is another one than before. Call it when the state changes. */
void pmk_control_follow_camera(struct pmk_control *control);

/* Have the gallery's backdrops ready, if this is the time for it. Call it when the state or the settings change. */
void pmk_control_keep_ready(struct pmk_control *control);

/* Serve the page on this port of 127.0.0.1, 0: any, unless it is served already. Negative errno, logged. */
int pmk_control_open_page(struct pmk_control *control, int port);

/* Have a spare descriptor, if one is free. */
void pmk_control_keep_spare(struct pmk_control *control);
/* Accept a connection on the control socket, or refuse it. */
void pmk_control_accept(struct pmk_control *control);
/* Serve the connections from inside. */
void pmk_control_take_arrivals(struct pmk_control *control);

/* Make the control socket, or stand by for it. */
void pmk_control_listen(struct pmk_control *control);
/* Take the socket over once it is free. Call it in each round; `ended`: something has come from control->ahead. */
void pmk_control_stand_by(struct pmk_control *control, bool ended);

/* Carry out a request, and answer. */
void pmk_control_answer(struct pmk_control *control, struct pmk_client *client, const char *request);

/* The value of each setting, or of `one`, by its name; the caller deletes it. NULL: no memory. */
cJSON *pmk_control_values(const struct pmk_settings *settings, const struct pmk_setting *one);
/* Add to `answer` what forms for all settings need to know, the profiles, and the built-in backdrops. */
void pmk_control_describe(const struct pmk_settings *settings, cJSON *answer);

/* The state and the figures; the caller deletes it. NULL: no memory. */
cJSON *pmk_control_status(struct pmk_control *control);
/* The picture that viewers see, once it is newer than the last change; waits for that until half a second after it,
 * since no camera may be open. As pmk_pipeline_shown. */
struct pmk_shown *pmk_control_shown(const struct pmk_control *control);
/* Write that picture to a new PNG file, unless it is an input. PMK_EXIT_OK, or why not, which is logged. */
enum pmk_exit pmk_control_snapshot(struct pmk_control *control, const char *path);
void pmk_control_sample(struct pmk_control *control); /* call it about once per second, or before status */

/* Look what is missing or wrong on this machine, and which cameras there are; add both to `answer`. It takes some
 * 200 ms, 8 s at most. False: one of the two could not be found out. */
bool pmk_control_examine(struct pmk_control *control, cJSON *answer);

/* Tell all who subscribed: what happened, and the status. */
void pmk_control_tell(struct pmk_control *control, const char *event);
bool pmk_control_wants_figures(const struct pmk_control *control); /* somebody did, and waits for figures */

#endif
