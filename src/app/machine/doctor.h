/* SPDX-License-Identifier: MIT */
/* Finds what is missing or wrong on this machine: a table of checks, each of which looks at one thing and says what is
 * wrong, why, and which command fixes it.
 *
 * The one rule: a check changes nothing, and asks only struct pmk_doctor, the V4L2 seam, and files below `root`; so
 * each check can be tested on a made-up machine. */
#ifndef PMK_APP_MACHINE_DOCTOR_H
#define PMK_APP_MACHINE_DOCTOR_H

#include "io/v4l2/devices.h"

#include <stddef.h>

/* GOOD; HINT: something is missing that a call can do without; FAULT: it may prevent a call. */
enum pmk_verdict { PMK_VERDICT_GOOD, PMK_VERDICT_HINT, PMK_VERDICT_FAULT };

struct pmk_finding {
	const char *check; /* what was checked: "camera" */
	enum pmk_verdict verdict;
	char what[256], why[400], fix[400]; /* why and fix are empty if all is well */
};

enum { PMK_DOCTOR_MAX_FINDINGS = 64 };

struct pmk_doctor {
	const char *root; /* prefix of /sys, /proc, /etc, /lib, /usr; "" for this machine */
	/* $HOME, $XDG_RUNTIME_DIR, login name, release of the kernel; "" if unknown */
	const char *home, *runtime, *user, *kernel;
	struct pmk_device *devices;
	int device_count;
	bool pipewire_runs, pipewire_built; /* a daemon answers; this program was built to use it */
	char pipewire_camera[128]; /* node.name of PipeWire's first camera, or "" */
	bool portal_has_camera; /* asked only if PipeWire itself shows no camera */
	const char *media_missing; /* why the module for files cannot be used, or NULL */
	const char *simple_kinds; /* the pictures that need no such module; NULL: all do */
	unsigned pictures_tried; /* PMK_TRIED_...; of the process that decodes pictures */
	const char *pictures_refused; /* why there is no such process, in one line; "": there is one */
	unsigned locked; /* PMK_GUARD_...: by what a process can be locked in as a run is */
	int caption_tried; /* 0, or why no name tag can be drawn: pmk_caption_try */
	bool has_bus, has_panel; /* a desktop's bus answers; a panel on it shows icons of programs */
	/* the configuration file, "": there is none; and what is wrong in it, in one line, "": nothing */
	const char *config, *config_mistake;
	const char *camera; /* the spec of the one in use, or else of the configuration file's */
	bool potemkin_runs, pipewire_lists_us; /* an instance is running; PipeWire lists its camera */
	/* What a call needs; the checks set these. */
	bool cameras_are_hidden, has_camera, camera_is_taken, has_model,
		has_loopback; /* loopback: one that browsers list */
	struct pmk_finding findings[PMK_DOCTOR_MAX_FINDINGS];
	int count;
};

/* Add a finding; `why` and `fix` may be NULL. Findings beyond PMK_DOCTOR_MAX_FINDINGS are dropped. */
void pmk_doctor_add(struct pmk_doctor *doctor, const char *check, enum pmk_verdict verdict, const char *why,
	const char *fix, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* Whether the text file root + path contains `text`; NULL: whether the file exists. */
bool pmk_doctor_file_has(const struct pmk_doctor *doctor, const char *path, const char *text);

/* Write the programs that have the device open: "firefox (1234), zoom (99)". False: none is visible, and `text` is
 * untouched. A running potemkin is visible to root only. *ours: it is one of them. */
bool pmk_doctor_name_holders(const struct pmk_doctor *doctor, const char *path, char *text, size_t size, bool *ours);

/* The checks, for the table of doctor.c. */
void pmk_doctor_check_model(struct pmk_doctor *doctor);
void pmk_doctor_check_media(struct pmk_doctor *doctor);
void pmk_doctor_check_sandbox(struct pmk_doctor *doctor);
void pmk_doctor_check_lock(struct pmk_doctor *doctor);
void pmk_doctor_check_caption(struct pmk_doctor *doctor);
void pmk_doctor_check_hidden(struct pmk_doctor *doctor);
void pmk_doctor_check_tray(struct pmk_doctor *doctor);
void pmk_doctor_check_blur(struct pmk_doctor *doctor);
void pmk_doctor_check_permission(struct pmk_doctor *doctor);
void pmk_doctor_check_camera(struct pmk_doctor *doctor);
void pmk_doctor_check_speed(struct pmk_doctor *doctor);
void pmk_doctor_check_module(struct pmk_doctor *doctor);
void pmk_doctor_check_loopback(struct pmk_doctor *doctor);
void pmk_doctor_check_pipewire(struct pmk_doctor *doctor);
void pmk_doctor_check_browser(struct pmk_doctor *doctor);
void pmk_doctor_check_config(struct pmk_doctor *doctor);

/* Run all checks on a doctor whose fields down to `pipewire_lists_us` are set. */
void pmk_doctor_run(struct pmk_doctor *doctor);

#endif
