/* SPDX-License-Identifier: MIT */
/* Declarations of the kernels of one level of the CPU, for rows_*.c only, which are compiled once for each level
 * (base/dispatch.h). rows.h says what each kernel does. The loops are written for the compiler to vectorise, so they
 * compute in the smallest type that holds their values. */
#ifndef PMK_PIXELS_ROWS_KERNEL_H
#define PMK_PIXELS_ROWS_KERNEL_H

#include "base/dispatch.h"
#include "pixels/rows.h"

/* Declares the function of this level for a member of struct pmk_rows. */
#define PMK_ROWS_KERNEL(name) __typeof__(*((struct pmk_rows *)NULL)->name) LEVEL(pmk_rows_##name)

PMK_ROWS_KERNEL(blend);
PMK_ROWS_KERNEL(blend_to_limited);
PMK_ROWS_KERNEL(to_limited);
PMK_ROWS_KERNEL(cell_sums);
PMK_ROWS_KERNEL(relight);
PMK_ROWS_KERNEL(rim);
PMK_ROWS_KERNEL(clean);
PMK_ROWS_KERNEL(differ);
PMK_ROWS_KERNEL(settle);
PMK_ROWS_KERNEL(halve);
PMK_ROWS_KERNEL(mix);
PMK_ROWS_KERNEL(stretch);
PMK_ROWS_KERNEL(to_floats);
PMK_ROWS_KERNEL(weigh);
PMK_ROWS_KERNEL(box_sums);
PMK_ROWS_KERNEL(weighted_means);
PMK_ROWS_KERNEL(widen);
PMK_ROWS_KERNEL(heighten);

extern const struct pmk_rows LEVEL(pmk_rows);

#endif
