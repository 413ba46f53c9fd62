/* SPDX-License-Identifier: MIT */
/* Names of external symbols in a source that is compiled once for each level of the CPU (base/cpu.h). The build defines
 * PMK_LEVEL: with -DPMK_LEVEL=avx2, LEVEL(pmk_x) is pmk_x_avx2. */
#ifndef PMK_BASE_LEVEL_H
#define PMK_BASE_LEVEL_H

#ifndef PMK_LEVEL
#define PMK_LEVEL base
#endif
#define PMK_LEVEL_PASTE2(a, b) a##_##b
#define PMK_LEVEL_PASTE(a, b) PMK_LEVEL_PASTE2(a, b)
#define LEVEL(name) PMK_LEVEL_PASTE(name, PMK_LEVEL) /* an external symbol of this level */

#endif
