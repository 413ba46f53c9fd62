/* SPDX-License-Identifier: MIT */
/* The program's answers to the control (control/control.h): the configuration file read again, and which changes it may
 * make. */
#ifndef PMK_APP_LIVE_STEER_H
#define PMK_APP_LIVE_STEER_H

#include "app/options.h"
#include "base/guard/starter.h"
#include "control/control.h"

/* `options` must outlive the control. */
struct pmk_control_host pmk_steer_host(const struct pmk_options *options);
/* The starter's part (PMK_START_DOCTOR with the configuration file in `text`, "": the usual one; PMK_START_CAMERAS). */
int pmk_steer_doctor_act(struct pmk_order *order, int *fd);
int pmk_steer_cameras_act(struct pmk_order *order, int *fd);

#endif
