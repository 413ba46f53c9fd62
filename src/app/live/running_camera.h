/* SPDX-License-Identifier: MIT */
/* Asks the running program for its camera. One thread. */
#ifndef PMK_APP_LIVE_RUNNING_CAMERA_H
#define PMK_APP_LIVE_RUNNING_CAMERA_H

#include "base/parse.h"

/* Its spec. False, with `camera` untouched: none runs, it is busy, or it started this process and waits for it. Logs
 * nothing. */
bool pmk_running_camera(char camera[PMK_SPEC]);

#endif
