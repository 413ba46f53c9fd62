/* SPDX-License-Identifier: MIT */
/* The inside of the starter, for starter*.c only: the program's side and that of its helpers. */
#ifndef PMK_BASE_GUARD_STARTER_PARTS_H
#define PMK_BASE_GUARD_STARTER_PARTS_H

#include "base/guard/starter.h"

/* End the process `number`; `result`: patience in ms. */
enum { PMK_ORDER_END = PMK_STARTS };

/* Send or receive an order or its answer, perhaps with a descriptor; -1: there is none. 0 or -EPIPE. */
int pmk_order_send(int socket, const struct pmk_order *order, int fd) __attribute__((warn_unused_result));
int pmk_order_receive(int socket, struct pmk_order *order, int *fd) __attribute__((warn_unused_result));

/* Fork the keeper, which gives a starter's socket for any order that is sent to *socket. 0 or negative errno. */
int pmk_keeper_fork(const pmk_start_act *acts, int *socket, pid_t *pid) __attribute__((warn_unused_result));

#endif
