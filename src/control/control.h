/* SPDX-License-Identifier: MIT */
/* Steers a running pipeline: a thread that makes all changes of settings, one after another, whether a signal asks for
 * them (the configuration file is read again) or a program that is connected to the control socket.
 *
 * The one rule: a change is made as a whole or not at all, and whoever asked is told why. Nothing that is asked here
 * can show the room. Call the functions from the main thread unless their comment says otherwise.
 *
 * A request is a line of JSON, and so is its answer. "id" comes back as it is, if there is one:
 *
 *	{"command": "set", "args": ["smooth", "40"], "id": 7}
 *	{"ok": true, "id": 7}
 *	{"ok": false, "code": 2, "error": "smooth \"400\": give a number from 0 to 100"}
 *
 * A connection that cannot be served gets such an answer at once and is closed. `code` is the exit code that the
 *command line would have ended with. request.c lists the commands. */
#ifndef PMK_CONTROL_CONTROL_H
#define PMK_CONTROL_CONTROL_H

#include "settings/settings.h"

#include <sys/types.h>

enum pmk_examination { PMK_EXAMINE_MACHINE, PMK_EXAMINE_CAMERAS };

/* The front end's part. Called by the control thread, unless a comment says otherwise. */
struct pmk_control_host {
	/* Give the settings that the configuration file and the command line ask for now, with this profile ("": none)
	 * and this camera in use. `saved`, for each setting of the table: it was saved to the file, which overrides the
	 * command line then; NULL: none was.
	 * -EINVAL: there is a mistake in them; -EIO: they cannot be read. Logged. */
	int (*reread)(void *user, const char *profile, const struct pmk_source_names *in_use, const bool *saved,
		struct pmk_settings *fresh);
	/* From now on, messages of this thread that are about a value of that file name its line, or no more. NULL: no
	 * file is read. [control thread] */
	void (*name_lines)(void *user, bool on);
	/* Whether `wanted` may follow `now`; if not, it is logged why. */
	bool (*allows)(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted);
	/* Start a process that writes what it finds as a JSON object with the array "findings" or "cameras", as
	 * `doctor` and `list` do. A descriptor of its output for the caller, who also waits for the process; or a
	 * negative errno, logged. A process of its own neither holds this one up nor makes it larger. NULL: there is
	 * none. */
	int (*examine)(void *user, enum pmk_examination what, pid_t *pid);
	/* Show the page of this address to the user, without waiting for it. Negative errno: it cannot be shown; not
	 * logged. NULL likewise. [the tray's thread] */
	int (*open)(void *user, const char *address);
	void *user;
};

struct pmk_control;

/* `settings` are what the pipeline was made from, and are copied; the pipeline must outlive the control. `listen`: with
 * the start, make the control socket, and join the session's bus (tray/tray.h); it is no error if that fails. Negative
 * errno, logged. */
int pmk_control_create(const struct pmk_control_host *host, const struct pmk_settings *settings,
	struct pmk_pipeline *pipeline, bool listen, struct pmk_control **control) __attribute__((warn_unused_result));
int pmk_control_start(struct pmk_control *control) __attribute__((warn_unused_result)); /* once the pipeline runs */
/* For struct pmk_pipeline_settings: what a change of this control asks for, if this camera is in use. What the file
 * says otherwise for it than for the one before is taken over; all else stays as it is. [control thread] */
int pmk_control_settle(struct pmk_control *control, const struct pmk_source_names *camera,
	struct pmk_pipeline_settings *wanted) __attribute__((warn_unused_result));
/* Read the configuration file again soon. Several calls before that is begun count as one. [any thread] */
void pmk_control_reload(struct pmk_control *control);
/* A connection such as the control socket gives, for a thread of this process: a descriptor that blocks, which the
 * caller closes; or a negative errno. [any thread] */
int pmk_control_connect(struct pmk_control *control) __attribute__((warn_unused_result));
int pmk_control_quit_fd(const struct pmk_control *control); /* readable once somebody asked the program to end */
/* End the thread, close the connections, and free it all. -ETIMEDOUT: a change is still being made, which uses the
 * pipeline; call it again, or leave by _exit. NULL is fine. */
int pmk_control_destroy(struct pmk_control *control) __attribute__((warn_unused_result));

#endif
