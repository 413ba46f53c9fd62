/* SPDX-License-Identifier: MIT */
/* What is missing or wrong on this machine: a table of checks, each of which looks at one thing and says what, why, and
 * the exact command that mends it.
 *
 * The one rule: a check changes nothing, and asks only what stands in struct pmk_doctor, V4L2's seam, and files below
 * its root; so each can be tried on a machine that is made up. */
#ifndef PMK_APP_MACHINE_DOCTOR_H
#define PMK_APP_MACHINE_DOCTOR_H

#include "io/v4l2/devices.h"

/* GOOD; a HINT that something is missing which a call can do without; a FAULT that may be in its way. */
enum pmk_verdict { PMK_VERDICT_GOOD, PMK_VERDICT_HINT, PMK_VERDICT_FAULT };

struct pmk_finding {
	const char *check; /* name in the table */
	enum pmk_verdict verdict;
	char what[256], why[400], fix[400]; /* why and fix are empty where all is well */
};

enum { PMK_DOCTOR_MAX_FINDINGS = 64 };

struct pmk_doctor {
	const char *root; /* before /sys, /proc, /etc, /lib, /usr; "" for this machine */
	/* $HOME, $XDG_RUNTIME_DIR, login name, release; "" where unknown */
	const char *home, *runtime, *user, *kernel;
	struct pmk_device *devices;
	int device_count;
	bool pipewire_runs, pipewire_built; /* a daemon answers; this program can use it */
	char pipewire_camera[128]; /* node.name of the first camera that PipeWire has, or "" */
	bool portal_has_camera; /* asked only where PipeWire itself shows none */
	const char *media_missing; /* why the module for files cannot be used, or NULL */
	bool potemkin_runs, pipewire_lists_us; /* one runs now; and its node is there */
	/* What a call needs, as the checks find it. */
	bool has_camera, camera_is_taken, has_model, has_loopback; /* loopback: one that browsers show */
	struct pmk_finding findings[PMK_DOCTOR_MAX_FINDINGS];
	int count;
};

/* A line of the diagnosis; `why` and `fix` may be NULL. More than fit are left out. */
void pmk_doctor_add(struct pmk_doctor *doctor, const char *check, enum pmk_verdict verdict, const char *why,
	const char *fix, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* Whether root + path has `text` in it, as a text file; NULL: whether it is there at all. */
bool pmk_doctor_file_has(const struct pmk_doctor *doctor, const char *path, const char *text);

/* The checks, for the table of doctor.c. */
void pmk_doctor_check_model(struct pmk_doctor *doctor);
void pmk_doctor_check_media(struct pmk_doctor *doctor);
void pmk_doctor_check_permission(struct pmk_doctor *doctor);
void pmk_doctor_check_camera(struct pmk_doctor *doctor);
void pmk_doctor_check_speed(struct pmk_doctor *doctor);
void pmk_doctor_check_module(struct pmk_doctor *doctor);
void pmk_doctor_check_loopback(struct pmk_doctor *doctor);
void pmk_doctor_check_pipewire(struct pmk_doctor *doctor);
void pmk_doctor_check_browser(struct pmk_doctor *doctor);

/* All of them, into a doctor whose first fields are set. */
void pmk_doctor_run(struct pmk_doctor *doctor);

#endif
