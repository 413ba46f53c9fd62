/* SPDX-License-Identifier: MIT */
/* For edge_*.c only, which are compiled once for each level of the CPU (base/dispatch.h). The loops are written
 * for the compiler to vectorise. edge.h says what each does. */
#ifndef PMK_MASK_EDGE_KERNEL_H
#define PMK_MASK_EDGE_KERNEL_H

#include "base/dispatch.h"
#include "mask/edge.h"

#include <stddef.h>

/* The function of this level behind a member of struct pmk_edge_kernels. */
#define PMK_EDGE_KERNEL(name) __typeof__(*((struct pmk_edge_kernels *)NULL)->name) LEVEL(pmk_edge_##name)

PMK_EDGE_KERNEL(guide);
PMK_EDGE_KERNEL(blocks);
PMK_EDGE_KERNEL(gather);
PMK_EDGE_KERNEL(mix);
PMK_EDGE_KERNEL(rim);

extern const struct pmk_edge_kernels LEVEL(pmk_edge_kernels);

#endif
